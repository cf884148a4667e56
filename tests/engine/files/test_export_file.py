"""A file for other programs is written as a model is, and a failure is one sentence."""

from pathlib import Path

import pytest

from engine.errors import ExportError
from engine.files.atomic import export_file


def test_that_a_failure_names_what_it_is_and_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "missing" / "metrics.csv"

    with pytest.raises(ExportError) as refused:
        export_file(path, b"", "The metrics")

    assert str(refused.value) == (
        f"The metrics could not be written to {path}, because that folder does not exist any "
        "more. Choose another folder. A file that was there before is unchanged."
    )


def test_that_the_file_takes_the_old_ones_place(tmp_path: Path) -> None:
    path = tmp_path / "metrics.csv"
    path.write_bytes(b"old")

    export_file(path, b"new", "The metrics")

    assert [(each.name, each.read_bytes()) for each in tmp_path.iterdir()] == [
        ("metrics.csv", b"new")
    ]
