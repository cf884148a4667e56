"""Everything about kept runs, made and connected: list, trash, recovery, and looking back."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from app.generation.look_back import LookBackController
from app.generation.tab import GenerationTab
from app.runs.controller import RunsController
from app.runs.opening import RunOpener
from app.runs.recovery import RecoveryController
from app.runs.recovery_bar import RecoveryBar
from app.runs.view import RunsView
from app.tasks.controller import Surroundings
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
        runner: TaskRunner,
        around: Surroundings,
        *,
        resume: "Callable[[RunInfo, int | None], None]",
        may_replace: Callable[[], bool],
        show_model: Callable[[], None],
    ) -> None:
        super().__init__(window)
        self.queue = WorkQueue(runner, around.presenter, self)
        self.opener = RunOpener(self.queue, around)
        self.view = RunsView(window)
        self.controller = RunsController(
            self.view, self.queue, self.opener, around, resume=resume, may_replace=may_replace
        )
        self.recovery = RecoveryController(
            bar, self.queue, self.opener, around, resume=resume, may_replace=may_replace
        )
        self.look_back = LookBackController(tab, self.queue, around)
        self.controller.opened.connect(show_model)
        self.recovery.recovered.connect(show_model)

    def close(self) -> None:
        """Start nothing more: the window is closing."""
        self.queue.close()
        self.view.close()
