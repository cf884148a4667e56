"""Open and save models in a worker; lose neither a model nor a file."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from app.errors import ErrorPresenter, Message
from app.jobs import Jobs
from app.runs.model_files import ModelFilesController
from app.session import RunState, Session
from app.settings import SettingsStore
from app.tasks.controller import Surroundings
from app.tasks.task_runner import TaskRunner
from engine import ModelFileError
from tests.app.support.generation_fakes import fake_model
from tests.app.support.runs_fakes import FakeRuns


@dataclass
class FakeDialogs:
    open_path: Path | None = None
    save_path: Path | None = None
    unsaved: str = "cancel"
    asked: list[str] = field(default_factory=list)
    suggested: list[Path] = field(default_factory=list)

    def ask_open_path(self, folder: str) -> Path | None:
        self.asked.append("open")
        return self.open_path

    def ask_save_path(self, suggested: Path) -> Path | None:
        self.asked.append("save")
        self.suggested.append(suggested)
        return self.save_path

    def ask_unsaved(self) -> Any:
        self.asked.append("unsaved")
        return self.unsaved


@dataclass
class Office:
    session: Session
    runner: TaskRunner
    settings: SettingsStore
    dialogs: FakeDialogs
    files: ModelFilesController
    disk: dict[Path, Any]
    messages: list[Message]
    presenter: ErrorPresenter


@pytest.fixture
def office(qtbot: QtBot, settings_path: Path) -> Iterator[Office]:
    session, runner, presenter = Session(), TaskRunner(), ErrorPresenter()
    settings, dialogs = SettingsStore(settings_path), FakeDialogs()
    disk: dict[Path, Any] = {}
    messages: list[Message] = []
    presenter.message_requested.connect(messages.append)

    def load(path: Path, _corpus: Any) -> Any:
        if path not in disk:
            raise ModelFileError(f"{path.name} is not there any more.")
        return disk[path]

    def save(model: Any, path: Path) -> bool:
        disk[path] = model
        return path.suffix != ".onnx"

    jobs = Jobs(runs=FakeRuns(), model_dialogs=dialogs, load=load, save=save)
    around = Surroundings(session=session, presenter=presenter, settings=settings, jobs=jobs)
    files = ModelFilesController(runner, around)
    yield Office(session, runner, settings, dialogs, files, disk, messages, presenter)
    assert runner.shutdown()


def do(qtbot: QtBot, office: Office, command: Callable[[], object]) -> None:
    with qtbot.waitSignal(office.runner.ended):
        command()


def begin_training(session: Session) -> None:
    session.set_run_state(RunState.PREPARING)
    session.set_run_state(RunState.READY)
    session.set_run_state(RunState.TRAINING)


def test_that_an_opened_model_becomes_the_session_s_and_counts_as_saved(
    qtbot: QtBot, office: Office, tmp_path: Path
) -> None:
    path, model = tmp_path / "a.safetensors", fake_model()
    office.disk[path] = model
    office.dialogs.open_path = path

    do(qtbot, office, office.files.open_model)

    assert office.session.model is model
    assert office.session.is_model_saved
    assert office.session.model_path == path
    assert office.settings.settings.recent_files == (str(path),)


def test_that_a_name_too_long_for_any_file_is_refused_with_a_sentence(
    qtbot: QtBot, office: Office, tmp_path: Path
) -> None:
    office.dialogs.open_path = tmp_path / ("a" * 5000)

    do(qtbot, office, office.files.open_model)

    assert office.messages[-1].text.endswith("is not there any more.")


def test_that_a_cancelled_open_changes_nothing(office: Office) -> None:
    office.files.open_model()

    assert not office.runner.is_busy
    assert office.session.model is None


def test_that_a_file_that_cannot_be_opened_is_told_and_keeps_the_model(
    qtbot: QtBot, office: Office, tmp_path: Path
) -> None:
    gone, model = tmp_path / "gone.safetensors", fake_model()
    office.session.set_model(model, path=tmp_path / "kept.safetensors")
    office.settings.add_recent_file(gone)

    do(qtbot, office, lambda: office.files.open_path(gone))

    assert office.messages[-1].text == "gone.safetensors is not there any more."
    assert office.session.model is model
    assert office.settings.settings.recent_files == ()


def test_that_saving_asks_once_and_then_goes_to_the_same_file(
    qtbot: QtBot, office: Office, tmp_path: Path
) -> None:
    path, newer = tmp_path / "a.safetensors", fake_model(epoch=3.0)
    office.dialogs.save_path = path
    office.session.set_model(fake_model())
    do(qtbot, office, office.files.save_model)
    office.session.set_model(newer)

    do(qtbot, office, office.files.save_model)

    assert office.dialogs.asked == ["save"]
    assert office.disk == {path: newer}
    assert office.session.is_model_saved


def test_that_a_model_written_for_other_programs_is_still_unsaved(
    qtbot: QtBot, office: Office, tmp_path: Path
) -> None:
    office.dialogs.save_path = tmp_path / "a.onnx"
    office.session.set_model(fake_model())

    do(qtbot, office, office.files.save_model)

    assert list(office.disk) == [tmp_path / "a.onnx"]
    assert not office.session.is_model_saved
    assert office.session.model_path is None
    assert office.settings.settings.recent_files == ()
    assert "for other programs" in office.messages[-1].text


def test_that_a_new_run_never_silently_replaces_the_file_of_an_older_model(
    qtbot: QtBot, office: Office, tmp_path: Path
) -> None:
    path, old = tmp_path / "a.safetensors", fake_model()
    office.disk[path] = old
    do(qtbot, office, lambda: office.files.open_path(path))
    begin_training(office.session)
    office.session.set_model(fake_model(epoch=0.1))

    office.files.save_model()

    assert office.dialogs.asked == ["save"]
    assert office.disk == {path: old}


def test_that_a_paused_run_keeps_its_file(qtbot: QtBot, office: Office, tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    office.dialogs.save_path = path
    begin_training(office.session)
    office.session.set_model(fake_model())
    do(qtbot, office, office.files.save_model)
    office.session.set_run_state(RunState.PAUSED)
    office.session.set_run_state(RunState.TRAINING)

    do(qtbot, office, office.files.save_model)

    assert office.dialogs.asked == ["save"]


def test_that_a_snapshot_published_while_saving_stays_unsaved(
    qtbot: QtBot, office: Office, tmp_path: Path
) -> None:
    office.dialogs.save_path = tmp_path / "a.safetensors"
    office.session.set_model(fake_model())

    with qtbot.waitSignal(office.runner.ended):
        office.files.save_model()
        office.session.set_model(fake_model(epoch=3.0))

    assert not office.session.is_model_saved


def test_that_save_as_suggests_a_name_made_from_the_data(office: Office) -> None:
    office.session.set_model(fake_model())

    office.files.save_model_as()

    assert [path.name for path in office.dialogs.suggested] == ["comments.safetensors"]


def test_that_saving_without_a_model_says_what_to_do(office: Office) -> None:
    office.files.save_model()

    assert "train one or open one" in office.messages[-1].text
    assert office.dialogs.asked == []


@pytest.mark.parametrize("command", ["open_model", "open_path"])
def test_that_no_model_is_opened_while_training(
    office: Office, tmp_path: Path, command: str
) -> None:
    begin_training(office.session)

    arguments = (tmp_path / "a.safetensors",) if command == "open_path" else ()
    getattr(office.files, command)(*arguments)

    assert "stop it first" in office.messages[-1].text
    assert office.dialogs.asked == []


def test_that_an_unsaved_model_is_kept_when_the_question_is_cancelled(
    office: Office, tmp_path: Path
) -> None:
    model = fake_model()
    office.session.set_model(model)

    office.files.open_path(tmp_path / "a.safetensors")

    assert office.dialogs.asked == ["unsaved"]
    assert not office.runner.is_busy
    assert office.session.model is model


def test_that_an_unsaved_model_can_be_saved_before_another_is_opened(
    qtbot: QtBot, office: Office, tmp_path: Path
) -> None:
    mine, other = tmp_path / "mine.safetensors", tmp_path / "other.safetensors"
    old, new = fake_model(), fake_model(epoch=9.0)
    office.disk[other] = new
    office.session.set_model(old)
    office.dialogs.unsaved, office.dialogs.save_path = "save", mine

    with qtbot.waitSignal(office.files.opened):
        office.files.open_path(other)

    qtbot.waitUntil(lambda: not office.runner.is_busy)
    assert office.disk[mine] is old
    assert office.session.model is new


def test_that_a_model_that_could_not_be_saved_is_not_replaced(
    qtbot: QtBot, settings_path: Path, tmp_path: Path
) -> None:
    session, runner, presenter = Session(), TaskRunner(), ErrorPresenter()
    dialogs = FakeDialogs(unsaved="save", save_path=tmp_path / "mine.safetensors")

    def failing_save(model: Any, path: Path) -> bool:
        raise ModelFileError("The disk is full.")

    jobs = Jobs(runs=FakeRuns(), model_dialogs=dialogs, save=failing_save)
    settings = SettingsStore(settings_path)
    around = Surroundings(session=session, presenter=presenter, settings=settings, jobs=jobs)
    files = ModelFilesController(runner, around)
    model = fake_model()
    session.set_model(model)

    with qtbot.waitSignal(runner.ended):
        files.open_path(tmp_path / "other.safetensors")

    assert not runner.is_busy
    assert session.model is model
    assert not session.is_model_saved


def test_that_an_open_overtaken_by_a_training_run_does_not_replace_its_model(
    qtbot: QtBot, office: Office, tmp_path: Path
) -> None:
    path = tmp_path / "a.safetensors"
    office.disk[path] = fake_model()

    with qtbot.waitSignal(office.runner.ended):
        office.files.open_path(path)
        begin_training(office.session)

    assert office.session.model is None
    assert "was not opened" in office.messages[-1].text
