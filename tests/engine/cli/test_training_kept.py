"""What the terminal says, and returns, where a run or a model cannot be kept."""

import errno
from pathlib import Path

import pytest

from engine.cli import places
from engine.cli.main import EXIT_WRONG, main
from engine.cli.terminal.output import Output
from engine.events import Event
from engine.language_model.history import EpochDone
from engine.runs.folder import RunFolder
from engine.runs.store import RunStore
from tests.engine.support.cli_fakes import train_arguments

SHORT = ["--device", "cpu", "--epochs", "2"]


def no_space(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def fill_the_disk_after_epoch(number: int, patch: pytest.MonkeyPatch) -> None:
    show = Output.show

    def show_and_fill(output: Output, event: Event) -> None:
        show(output, event)
        if isinstance(event, EpochDone) and event.epoch == number:
            patch.setattr(RunFolder, "write", no_space)

    patch.setattr(Output, "show", show_and_fill)


def test_that_the_data_folder_is_tried_before_the_text_is_read(
    csv_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    in_the_way = csv_path.with_name("data")
    in_the_way.touch()

    code = main(train_arguments(csv_path, "--keep-run", "--data-folder", str(in_the_way), *SHORT))

    assert code == EXIT_WRONG
    told = capsys.readouterr().err
    assert told.startswith(f"Error: No run can be kept in {in_the_way / 'runs'}, because ")
    assert len(told.splitlines()) == 1
    assert not csv_path.with_name("model.safetensors").exists()


def test_that_a_folder_of_a_model_is_tried_before_the_text_is_read(
    csv_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "try_to_write", no_space)

    assert main(train_arguments(csv_path, *SHORT)) == EXIT_WRONG

    told = capsys.readouterr().err
    assert "could not be saved" in told
    assert "the disk is full" in told
    assert len(told.splitlines()) == 1


def test_that_trying_a_folder_leaves_nothing_behind(tmp_path: Path) -> None:
    RunStore(tmp_path).require_place()

    assert [path.name for path in tmp_path.rglob("*")] == ["runs"]


def test_that_a_run_that_could_not_be_kept_is_an_exit_code_and_said_last(
    csv_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    data = csv_path.with_name("data")
    fill_the_disk_after_epoch(0, monkeypatch)

    code = main(train_arguments(csv_path, "--keep-run", "--data-folder", str(data), *SHORT))

    assert code == EXIT_WRONG
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith("Error: The training has ended, but the run could not be kept in")
    assert last.endswith("Nothing of it was saved.")
    assert csv_path.with_name("model.safetensors").exists()


def test_that_a_resumed_run_that_could_not_be_kept_names_what_was_saved(
    csv_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    data = ["--data-folder", str(csv_path.with_name("data"))]
    assert main(train_arguments(csv_path, "--keep-run", *data, *SHORT)) == 0
    fill_the_disk_after_epoch(4, monkeypatch)
    monkeypatch.setattr("engine.runs.recorder._AUTOSAVE_S", 1e9)

    code = main(["runs", "resume", "last", "--epochs", "4", *data])

    assert code == EXIT_WRONG
    last = capsys.readouterr().err.splitlines()[-1]
    assert "To go on from what was saved before, step " in last
    assert last.endswith(" ".join(data))
