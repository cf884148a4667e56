"""What becomes of the model file, however a training in the terminal ends."""

import io
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.cli import training as cli_training
from engine.cli.main import EXIT_INTERRUPTED, EXIT_WRONG, main
from engine.control import RunControl
from engine.errors import DivergedError, ModelFileError
from engine.events import Event
from engine.language_model.checkpoint import load_model, save_model
from engine.language_model.model import LanguageModel
from tests.engine.support.cli_fakes import ended, snapshot, train_arguments
from tests.engine.support.models import tiny_model


def test_that_the_first_ctrl_c_ends_the_training_and_keeps_the_model(
    csv_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def events(
        _corpus: Any, _model: Any, _train: Any, control: RunControl, **_: Any
    ) -> Iterator[Event]:
        yield snapshot(1)
        signal.raise_signal(signal.SIGINT)
        assert control.is_stopped
        yield snapshot(2)
        yield ended(2, "stopped")

    monkeypatch.setattr(cli_training, "train", events)
    before = signal.getsignal(signal.SIGINT)

    code = main(train_arguments(csv_path))

    assert code == EXIT_INTERRUPTED
    assert load_model(csv_path.with_name("model.safetensors")).step == 2
    assert "press Ctrl+C again to abort" in capsys.readouterr().err
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.parametrize(("name", "code"), [("SIGTERM", 143), ("SIGHUP", 129)])
def test_that_the_system_stops_a_training_as_ctrl_c_does(
    csv_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, code: int
) -> None:
    number = getattr(signal, name)

    def events(
        _corpus: Any, _model: Any, _train: Any, control: RunControl, **_: Any
    ) -> Iterator[Event]:
        yield snapshot(1)
        signal.raise_signal(number)
        signal.raise_signal(number)  # a closed terminal sends several: nobody aborts
        assert control.is_stopped
        yield snapshot(2)
        yield ended(2, "stopped")

    monkeypatch.setattr(cli_training, "train", events)
    before = signal.getsignal(number)

    assert main(train_arguments(csv_path)) == code
    assert load_model(csv_path.with_name("model.safetensors")).step == 2
    assert signal.getsignal(number) is before


def test_that_under_nohup_a_closed_terminal_stops_nothing(
    csv_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def events(
        _corpus: Any, _model: Any, _train: Any, control: RunControl, **_: Any
    ) -> Iterator[Event]:
        signal.raise_signal(signal.SIGHUP)
        assert not control.is_stopped
        yield snapshot(1)
        yield ended(1)

    monkeypatch.setattr(cli_training, "train", events)
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        assert main(train_arguments(csv_path)) == 0
    finally:
        signal.signal(signal.SIGHUP, before)


def test_that_an_impatient_ctrl_c_waits_until_the_model_is_saved(
    csv_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    saved: list[int] = []

    def save(model: LanguageModel, _path: Path) -> None:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        saved.append(model.step)

    monkeypatch.setattr(cli_training, "save_model", save)
    monkeypatch.setattr(cli_training, "train", lambda *_, **_kw: iter([snapshot(2), ended(2)]))

    assert main(train_arguments(csv_path)) == EXIT_INTERRUPTED
    assert saved == [2]
    assert capsys.readouterr().err.endswith("Aborted.\n")


def test_that_a_second_ctrl_c_aborts_at_once_and_still_keeps_the_model(
    csv_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def events(*_: Any, **_kw: Any) -> Iterator[Event]:
        yield snapshot(1)
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        pytest.fail("this must not be reached")

    monkeypatch.setattr(cli_training, "train", events)

    code = main(train_arguments(csv_path))

    assert code == EXIT_INTERRUPTED
    assert load_model(csv_path.with_name("model.safetensors")).step == 1
    assert capsys.readouterr().err.endswith("Aborted.\n")


def test_that_a_diverged_training_keeps_the_last_good_model(
    csv_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def events(*_: Any, **_kw: Any) -> Iterator[Event]:
        yield snapshot(5)
        raise DivergedError("The loss is no longer finite. Lower the learning rate.")

    monkeypatch.setattr(cli_training, "train", events)

    code = main(train_arguments(csv_path))

    assert code == EXIT_WRONG
    assert load_model(csv_path.with_name("model.safetensors")).step == 5
    assert "Error: The loss is no longer finite. Lower the learning rate.\n" in (
        capsys.readouterr().err
    )


@pytest.mark.parametrize("name", ["comments.csv", "notes.txt"], ids=["the text", "another file"])
def test_that_a_model_does_not_replace_a_file_that_is_none(
    csv_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    csv_path.with_name("notes.txt").write_text("a night of writing", encoding="utf-8")
    path = csv_path.with_name(name)
    before = path.read_bytes()

    codes = [
        main(["train", str(csv_path), "--out", str(path), "--epochs", "1", "--processes", "1"]),
        main(["demo", "--seconds", "0.1", "--out", str(path)]),
    ]

    assert codes == [EXIT_WRONG, EXIT_WRONG]
    assert path.read_bytes() == before
    assert capsys.readouterr().err.count("Give another name") == 2


@pytest.mark.parametrize("command", ["train", "demo"])
def test_that_a_model_is_not_replaced_where_nobody_can_be_asked(
    csv_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    path = csv_path.with_name("model.safetensors")
    save_model(tiny_model(), path)
    demo = ["demo", "--seconds", "0.1", "--out", str(path)]

    assert main(train_arguments(csv_path) if command == "train" else demo) == EXIT_WRONG

    assert load_model(path).hidden_dim == 4
    told = capsys.readouterr().err
    assert "holds a model already. Give --force" in told
    assert len(told.splitlines()) == 1


def test_that_force_replaces_a_model(csv_path: Path) -> None:
    path = csv_path.with_name("model.safetensors")
    save_model(tiny_model(), path)

    assert main(train_arguments(csv_path, "--epochs", "1", "--device", "cpu", "--force")) == 0
    assert load_model(path).hidden_dim == 5


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("answer", "hidden_dim"), [("y\n", 5), ("\n", 4), ("", 4)])
def test_that_a_person_is_asked_before_the_training(
    csv_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str, hidden_dim: int
) -> None:
    path, err = csv_path.with_name("model.safetensors"), Terminal()
    save_model(tiny_model(), path)
    monkeypatch.setattr("sys.stdin", Terminal(answer))
    monkeypatch.setattr("sys.stderr", err)

    main(train_arguments(csv_path, "--epochs", "1", "--device", "cpu"))

    assert err.getvalue().startswith(f"{path} holds a model already. Replace it by the new one?")
    assert load_model(path).hidden_dim == hidden_dim


def test_that_a_training_that_exploded_at_once_does_not_promise_a_file(
    csv_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wild = ["--learning-rate", "1000", "--recipe", "tutorial", "--epochs", "3", "--device", "cpu"]

    code = main(train_arguments(csv_path, *wild))

    told = capsys.readouterr().err.splitlines()[-1]
    assert code == EXIT_WRONG
    assert not csv_path.with_name("model.safetensors").exists()
    assert "are kept" not in told
    assert "model.safetensors was not written" in told
    assert told.endswith("--learning-rate 0.005")


def test_that_a_training_that_exploded_names_the_file_of_its_best_model(
    csv_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def events(*_: Any, **_kw: Any) -> Iterator[Event]:
        yield snapshot(5)
        raise DivergedError("All of it.", what="The loss rose.", next_rate=0.01)

    monkeypatch.setattr(cli_training, "train", events)

    main(train_arguments(csv_path))

    path = csv_path.with_name("model.safetensors")
    told = capsys.readouterr().err.splitlines()[-1]
    assert f"The best model so far, of epoch 1, was saved to {path}." in told
    assert load_model(path).step == 5


def test_that_what_exploded_after_an_autosave_is_not_left_in_the_file(
    csv_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def events(*_: Any, **_kw: Any) -> Iterator[Event]:
        yield snapshot(5)
        yield snapshot(0)  # the best ones were those before the first step
        raise DivergedError("The loss rose to 5,000 nats per word.")

    monkeypatch.setattr(cli_training, "_AUTOSAVE_S", 0.0)
    monkeypatch.setattr(cli_training, "train", events)

    main(train_arguments(csv_path))

    assert load_model(csv_path.with_name("model.safetensors")).step == 0


def test_that_training_goes_on_when_an_autosave_fails(
    csv_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    saves: list[int] = []

    def save(model: LanguageModel, _path: Path) -> None:
        saves.append(model.step)
        if model.step == 1:
            raise ModelFileError("The disk is full.")

    monkeypatch.setattr(cli_training, "save_model", save)
    monkeypatch.setattr(cli_training, "_AUTOSAVE_S", 0.0)
    monkeypatch.setattr(
        cli_training, "train", lambda *_, **_kw: iter([snapshot(1), snapshot(2), ended(2)])
    )

    code = main(train_arguments(csv_path))

    assert code == 0
    assert saves == [1, 2]
    assert "Warning: The disk is full. The training goes on." in capsys.readouterr().err


def test_that_a_stop_before_the_first_step_does_not_write_over_a_trained_model(
    csv_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    model_path = csv_path.with_name("model.safetensors")
    save_model(replace(tiny_model(), step=9000), model_path)  # a night of training
    before = model_path.read_bytes()
    monkeypatch.setattr(
        cli_training, "train", lambda *_, **_kw: iter([snapshot(0), ended(0, "stopped")])
    )

    main(train_arguments(csv_path, "--force"))

    assert model_path.read_bytes() == before
    assert "Nothing was learned yet" in capsys.readouterr().err


def test_that_a_stop_during_the_preparation_saves_nothing(
    csv_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def build(_config: Any, _control: RunControl, **_: Any) -> Iterator[Event]:
        signal.raise_signal(signal.SIGINT)
        return iter(())

    monkeypatch.setattr("engine.cli.preparation.build_corpus", build)

    assert main(train_arguments(csv_path)) == EXIT_INTERRUPTED
    assert not csv_path.with_name("model.safetensors").exists()
