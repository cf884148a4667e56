"""The menu of prepared texts: how many are kept, how large they are, where, and deleting them."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from app.errors import TaskFailure
from app.jobs import Jobs
from app.shared.formatting import counted, format_bytes
from app.tasks.controller import Surroundings, TaskController
from app.tasks.task_runner import TaskRunner
from engine import RunControl

if TYPE_CHECKING:
    from engine import CachedCorpora, ClearedCorpora

Job: TypeAlias = "Callable[[], Iterator[CachedCorpora | ClearedCorpora]]"

LOOKING = "Looking for them…"


class PreparedTextsMenu(QMenu):
    """A submenu; what it says is looked up each time that it opens.

    Signals
    -------
    figures_requested()
        The menu opens: `show_figures` is to be called.
    open_folder_requested(), clear_requested()
        The entry of that name was chosen.
    """

    figures_requested = Signal()
    open_folder_requested = Signal()
    clear_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Prepared &texts", parent)
        self.setObjectName("window.prepared_texts_menu")
        self._figures = self._add(LOOKING, "prepared_texts_figures")
        self._figures.setEnabled(False)
        self.addSeparator()
        self._open_folder = self._add("Open their &folder", "open_prepared_texts")
        self._clear = self._add("&Delete them", "clear_prepared_texts")
        self.show_figures(LOOKING, has_texts=False)
        self.aboutToShow.connect(self.figures_requested)
        self._open_folder.triggered.connect(self.open_folder_requested)
        self._clear.triggered.connect(self.clear_requested)

    def show_figures(self, text: str, *, has_texts: bool) -> None:
        """Say how many there are and how large."""
        self._figures.setText(text)
        for action in (self._open_folder, self._clear):
            action.setEnabled(has_texts)

    def _add(self, text: str, role: str) -> QAction:
        action = self.addAction(text)
        action.setObjectName(f"window.{role}_action")
        return action


class PreparedTextsController(TaskController):
    """Connect the menu of prepared texts with the engine's cache."""

    def __init__(
        self,
        menu: PreparedTextsMenu,
        runner: TaskRunner,
        around: Surroundings,
        *,
        open_folder: Callable[[Path], None],
    ) -> None:
        super().__init__(runner, around)
        self._menu, self._open_folder = menu, open_folder
        self._folder: Path | None = None
        self._must_clear = False
        menu.figures_requested.connect(self._on_figures_requested)
        menu.open_folder_requested.connect(self._on_open_folder_requested)
        menu.clear_requested.connect(self._on_clear_requested)

    @Slot()
    def _on_figures_requested(self) -> None:
        self._start(partial(texts_listed, self._jobs))

    @Slot()
    def _on_open_folder_requested(self) -> None:
        if self._folder is not None:
            self._open_folder(self._folder)

    @Slot()
    def _on_clear_requested(self) -> None:
        self._must_clear = self._runner.is_busy
        self._start(partial(texts_cleared, self._jobs))

    def _start(self, job: Job) -> None:
        if not self._runner.is_busy:
            self._runner.start(job, RunControl())

    @Slot(object)
    def _on_runner_event_ready(self, event: Any) -> None:
        from engine import ClearedCorpora  # by now it is loaded

        self._folder = event.folder
        if isinstance(event, ClearedCorpora):
            self._presenter.show_message(cleared_text(event), "warning" if event.left else "info")
        else:
            self._menu.show_figures(figures_text(event), has_texts=bool(event.texts))

    @Slot(object)
    def _on_runner_ended(self, failure: TaskFailure | None) -> None:
        if failure is not None:
            self._presenter.show_failure(failure, "Looking at the prepared texts")
        if self._must_clear:
            self._must_clear = False
            self._start(partial(texts_cleared, self._jobs))


def figures_text(kept: "CachedCorpora") -> str:
    """Say how many texts are kept and how large they are."""
    if not kept.texts:
        return "None are kept"
    count = counted(len(kept.texts), "text")
    return f"{count}, {format_bytes(kept.size)} of at most {format_bytes(kept.most_bytes)}"


def cleared_text(cleared: "ClearedCorpora") -> str:
    """Say what was deleted and what it means."""
    done = (
        f"{counted(cleared.count, 'prepared text')} ({format_bytes(cleared.size)}) deleted from "
        f"{cleared.folder}. Opening such a file prepares it again; nothing else is lost."
    )
    if not cleared.left:
        return done
    return (
        f"{done} {counted(cleared.left, 'other')} could not be deleted: another window may use "
        "them. Close it and try again."
    )


def texts_listed(jobs: Jobs) -> "Iterator[CachedCorpora]":
    """List the texts, as a job."""
    yield jobs.list_prepared()


def texts_cleared(jobs: Jobs) -> "Iterator[ClearedCorpora | CachedCorpora]":
    """Delete the texts, as a job, and look again."""
    yield jobs.clear_prepared()
    yield jobs.list_prepared()
