"""The exported figures: everything of the run, in one table."""

import csv
import errno
import os
from pathlib import Path

import pytest

from app.training.metrics import HEADER, write_metrics
from app.training.plot.loss_history import LossHistory
from engine import ExportError
from tests.app.support.training_fakes import epoch_done, fake_model, halved, loss_point


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_that_points_evaluations_and_halvings_are_all_exported(tmp_path: Path) -> None:
    history = LossHistory()
    history.append(loss_point(10, 7.5))
    history.add_epoch(epoch_done(1, 6.5))
    history.add_halving(halved(1, 0.001))

    count = write_metrics(history, tmp_path / "metrics.csv")

    rows = read(tmp_path / "metrics.csv")
    assert count == len(rows) == 3
    assert tuple(rows[0]) == HEADER
    assert rows[0]["training_loss"] == "7.5"
    assert rows[0]["learning_rate"] == "0.002"
    assert (rows[1]["validation_loss"], rows[1]["note"]) == ("6.5", "best")
    assert rows[2]["note"] == "The loss rose to 5.100."


def test_that_what_a_stored_model_does_not_know_is_left_blank(tmp_path: Path) -> None:
    history = LossHistory()
    history.restore(fake_model(points=2).history)

    write_metrics(history, tmp_path / "metrics.csv")

    assert [row["words_per_s"] for row in read(tmp_path / "metrics.csv")] == ["", ""]


@pytest.mark.parametrize("name", ["a\0b.csv", "a\ud800b.csv"])
def test_that_a_name_that_no_file_has_is_an_error_of_the_disk(name: str, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="no file can have that name"):
        write_metrics(LossHistory(), tmp_path / name)


def test_that_a_file_that_cannot_be_written_keeps_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    path = tmp_path / "metrics.csv"
    path.write_text("old")
    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(ExportError, match="disk is full"):
        write_metrics(LossHistory(), path)

    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
