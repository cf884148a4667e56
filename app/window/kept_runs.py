"""Everything about kept runs, made and connected: list, trash, recovery, and looking back."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from app.errors import ErrorPresenter
from app.generation.look_back import LookBackController
from app.generation.tab import GenerationTab
from app.jobs import Jobs
from app.runs.controller import RunsController
from app.runs.opening import RunOpener
from app.runs.recovery import RecoveryController
from app.runs.recovery_bar import RecoveryBar
from app.runs.view import RunsView
from app.session import Session
from app.tasks.task_runner import TaskRunner
from app.tasks.work_queue import WorkQueue

if TYPE_CHECKING:
    from engine import RunInfo


class KeptRuns(QObject):
    """The parts of the window that show kept runs.

    Attributes
    ----------
    queue : WorkQueue
    opener : RunOpener
    view : RunsView
    controller : RunsController
    recovery : RecoveryController
    look_back : LookBackController
    """

    def __init__(
        self,
        window: QWidget,
        bar: RecoveryBar,
        tab: GenerationTab,
        session: Session,
        runner: TaskRunner,
        presenter: ErrorPresenter,
        jobs: Jobs,
        *,
        resume: "Callable[[RunInfo, int | None], None]",
        may_replace: Callable[[], bool],
        show_model: Callable[[], None],
    ) -> None:
        super().__init__(window)
        self._show_model = show_model
        self.queue = WorkQueue(runner, presenter, self)
        self.opener = RunOpener(session, self.queue, presenter, jobs, parent=self)
        self.view = RunsView(window)
        self.controller = RunsController(
            self.view,
            session,
            self.queue,
            self.opener,
            presenter,
            jobs,
            resume=resume,
            may_replace=may_replace,
            parent=self,
        )
        self.recovery = RecoveryController(
            bar,
            session,
            self.queue,
            self.opener,
            presenter,
            jobs,
            resume=resume,
            may_replace=may_replace,
            parent=self,
        )
        self.look_back = LookBackController(tab, session, self.queue, jobs, self)
        self.controller.opened.connect(self._on_model_came)
        self.recovery.recovered.connect(self._on_model_came)

    def close(self) -> None:
        """Start nothing more: the window is closing."""
        self.queue.close()
        self.view.close()

    @Slot()
    def _on_model_came(self) -> None:
        self._show_model()
