"""Open and save models: the commands of the File menu, and the questions that they ask.

Files are read and written in a worker. A model that was trained and not saved is
never replaced without a question, and no file without one either, unless it holds
an earlier snapshot of the very same run.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from app.errors import TaskFailure
from app.jobs import Jobs
from app.protocols import ModelQuestions, UnsavedAnswer
from app.session import Command, RunState, enabled_commands
from app.shared.file_dialogs import ask_open_path, first_folder
from app.shared.saving import ask_save_path, ask_unsaved
from app.tasks.controller import Surroundings, TaskController
from app.tasks.task_runner import TaskRunner
from engine import RunControl

if TYPE_CHECKING:
    from engine import Corpus, LanguageModel

_UNNAMED = "model"

MODEL_SUFFIX = ".safetensors"
_KINDS = (f"Models (*{MODEL_SUFFIX})", "The tutorial's parameters (*.npz)")
_FOR_OTHERS = ("ONNX, for other programs (*.onnx)", "Word vectors as text (*.vec)")
_TO_OPEN = (*_KINDS, "All files (*)")
_TO_SAVE = (*_KINDS, *_FOR_OTHERS, "All files (*)")

_QUESTION = "The trained model has not been saved to a file yet. Save it first?"
_REPLACED = "Opening another one replaces it."


@dataclass(frozen=True, slots=True, kw_only=True)
class _FileDone:
    """The only event of a job: `model` was read from, or written to, `path`."""

    path: Path
    model: "LanguageModel"
    is_whole: bool = True


def _load_job(jobs: Jobs, path: Path, corpus: "Corpus | None") -> Iterator[object]:
    yield _FileDone(path=path, model=jobs.load(path, corpus))


def _save_job(jobs: Jobs, model: "LanguageModel", path: Path) -> Iterator[object]:
    yield _FileDone(path=path, model=model, is_whole=jobs.save(model, path))


class ModelFilesController(TaskController):
    """Carry out Open model, Save model and Save model as.

    Signals
    -------
    opened(object)
        The path of the model that was opened.
    """

    opened = Signal(object)

    def __init__(
        self, runner: TaskRunner, around: Surroundings, *, window: QWidget | None = None
    ) -> None:
        super().__init__(runner, around)
        self._dialogs: ModelQuestions = self._jobs.model_dialogs or ModelDialogs(window)
        self._doing = ""  # what the running job does, for its messages
        self._path = Path()  # of the running job
        self._is_saving = False
        self._open_next: Path | None = None  # to open when the running save succeeded
        self._is_same_run = False  # the file at `model_path` holds this run's model
        self._run = 0  # training runs begun so far
        self._run_of_job = 0
        self._state = self._session.run_state
        self._session.run_state_changed.connect(self._on_session_run_state_changed)

    @property
    def is_busy(self) -> bool:
        """Whether a model is read or written now."""
        return self._runner.is_busy

    @Slot()
    def open_model(self) -> None:
        """Ask for a model and open it."""
        if self._may_open():
            path = self._dialogs.ask_open_path(self._settings.settings.last_folder)
            if path is not None:
                self.open_path(path)

    @Slot(object)
    def open_path(self, path: Path) -> None:
        """Open the model at `path`, after the question what becomes of an unsaved one."""
        if not self._may_open():
            return
        answer = "discard" if self._is_safe() else self._dialogs.ask_unsaved()
        if answer == "save":
            self._open_next = path if self.save_model() else None
        elif answer == "discard":
            job = partial(_load_job, self._jobs, path, self._session.corpus)
            self._start(f"Opening {path.name}", path, job)

    @Slot()
    def save_model(self) -> bool:
        """Save to the model's own file, or ask for one; return whether saving began."""
        path = self._session.model_path
        if path is None or not self._is_same_run:
            return self.save_model_as()
        return self._start_saving(path)

    @Slot()
    def save_model_as(self) -> bool:
        """Ask for a file and save there; return whether saving began."""
        if self._session.model is None:
            self._presenter.show_message(
                "There is no model to save yet: train one or open one first.", "warning"
            )
            return False
        if self._is_busy_with_message():
            return False
        path = self._dialogs.ask_save_path(self._suggested_path())
        return path is not None and self._start_saving(path)

    def may_replace(self) -> bool:
        """Return whether the model may be replaced; ask if something would be lost.

        If the person wants to save it first, saving begins and the answer is False.
        """
        answer = "discard" if self._is_safe() else self._dialogs.ask_unsaved()
        if answer == "save":
            self.save_model()
        return answer == "discard"

    def _is_safe(self) -> bool:
        return self._session.is_model_saved or self._session.is_model_kept

    def _suggested_path(self) -> Path:
        if self._session.model_path is not None:
            return self._session.model_path
        model = self._session.model
        name = _UNNAMED if model is None else Path(model.summary.name).stem or _UNNAMED
        return Path(self._settings.settings.last_folder) / f"{name}{MODEL_SUFFIX}"

    def _may_open(self) -> bool:
        if Command.OPEN_MODEL not in enabled_commands(self._session.run_state):
            self._presenter.show_message(
                "A model cannot be opened while another job runs: stop it first.", "warning"
            )
            return False
        return not self._is_busy_with_message()

    def _is_busy_with_message(self) -> bool:
        if self._runner.is_busy:
            self._presenter.show_message(
                f"{self._doing} is not finished yet: try again in a moment.", "warning"
            )
        return self._runner.is_busy

    def _start_saving(self, path: Path) -> bool:
        model = self._session.model
        if model is None or self._is_busy_with_message():
            return False
        self._start(f"Saving {path.name}", path, partial(_save_job, self._jobs, model, path))
        self._is_saving = True
        return True

    def _start(self, doing: str, path: Path, job: Callable[[], Iterator[object]]) -> None:
        self._doing, self._path, self._is_saving = doing, path, False
        self._run_of_job = self._run
        self._presenter.show_message(f"{doing}…", "info")
        self._runner.start(job, RunControl())

    @Slot(object)
    def _on_runner_event_ready(self, event: object) -> None:
        if not isinstance(event, _FileDone):
            return
        if not event.is_whole:
            self._presenter.show_message(
                f"The model was written to {event.path} for other programs. This program cannot "
                f"open that file: save the model as a {MODEL_SUFFIX} file, too.",
                "info",
            )
            return
        self._settings.add_recent_file(event.path)
        if self._is_saving:
            self._finish_saving(event)
        else:
            self._finish_opening(event)

    def _finish_saving(self, done: _FileDone) -> None:
        self._is_same_run = self._run == self._run_of_job
        self._session.mark_model_saved(done.path, done.model)
        self._presenter.show_message(f"The model is saved in {done.path}.", "info")

    def _finish_opening(self, done: _FileDone) -> None:
        if Command.OPEN_MODEL not in enabled_commands(self._session.run_state):
            self._presenter.show_message(
                f"{done.path.name} was not opened, because another job began meanwhile.", "warning"
            )
            return
        self._is_same_run = True
        self._session.set_model(done.model, path=done.path)
        self._presenter.show_message(f"Opened {done.path.name}. {done.model.description}", "info")
        self.opened.emit(done.path)

    @Slot(object)
    def _on_runner_ended(self, failure: TaskFailure | None) -> None:
        path, self._open_next = self._open_next, None
        if failure is not None:
            self._presenter.show_failure(failure, self._doing)
            # pathlib's own `exists` raises where a name is too long for any file.
            if not self._is_saving and not os.path.exists(self._path):  # noqa: PTH110
                self._settings.remove_recent_file(self._path)
        elif path is not None and self._session.is_model_saved:
            self.open_path(path)

    @Slot(object)
    def _on_session_run_state_changed(self, state: RunState) -> None:
        if state is RunState.TRAINING and self._state is not RunState.PAUSED:
            self._run += 1
            self._is_same_run = False  # a new run must not silently replace an old model's file
        self._state = state


class ModelDialogs(QObject):
    """Ask for files in front of `window`."""

    def __init__(self, window: QWidget | None = None) -> None:
        super().__init__(window)
        self._window = window

    def ask_open_path(self, folder: str) -> Path | None:
        """Ask which model to open; None when the user thinks better of it."""
        return ask_open_path(self._window, "Open a model", first_folder(folder), _TO_OPEN)

    def ask_save_path(self, suggested: Path) -> Path | None:
        """Ask where the model goes; the dialog itself asks before it replaces a file."""
        return ask_save_path(self._window, "Save the model", suggested, _TO_SAVE)

    def ask_unsaved(self) -> UnsavedAnswer:
        """Ask what becomes of the trained model that another would replace."""
        return ask_unsaved(self._window, "Save the model?", _QUESTION, _REPLACED)
