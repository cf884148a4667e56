"""Whether the window may close: first stop what runs, then keep what was trained.

A run is kept in its folder, and nothing is asked then. Only a model that is nowhere on the disk is
asked about: its run could not be kept.

Nothing is terminated: a job is asked to stop and the window closes when it has.
"""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal, Slot

from app.errors import ErrorPresenter
from app.protocols import UnsavedAnswer
from app.session import RunState, Session, is_allowed
from app.tasks.task_runner import TaskRunner

AskUnsaved = Callable[[], UnsavedAnswer]
SaveModel = Callable[[], bool]  # whether saving began

_RUNNING = (RunState.TRAINING, RunState.PAUSED)


class CloseGuard(QObject):
    """Decide about one attempt to close after the other.

    Signals
    -------
    ready_to_close()
        What the window waited for has ended: it may be closed now.
    """

    ready_to_close = Signal()

    def __init__(
        self,
        session: Session,
        runners: Sequence[TaskRunner],
        presenter: ErrorPresenter,
        *,
        ask_unsaved: AskUnsaved,
        save_model: SaveModel,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._runners, self._presenter = session, runners, presenter
        self._ask_unsaved, self._save_model = ask_unsaved, save_model
        self._is_closing = self._is_saving = self._was_promised = False
        self._is_attended = True
        self._answer: UnsavedAnswer = "discard"
        for runner in runners:
            runner.ended.connect(self._on_runner_ended)

    def may_close(self) -> bool:
        """Return True to close now; otherwise set going what must happen before."""
        if self._is_closing:
            return not self._is_waiting()
        is_running = self._session.run_state in _RUNNING
        self._was_promised = self._session.is_model_kept or (
            is_running and self._session.run is not None
        )
        is_lost = not self._session.is_model_saved or is_running
        self._answer = self._ask() if is_lost and not self._was_promised else "discard"
        if self._answer == "cancel":
            return False
        self._is_closing = True
        if not self._is_waiting():
            return True
        self._stop_everything()
        self._go_on()
        return False

    def stay(self) -> None:
        """Close no more, as the program was started again; what was stopped stays stopped."""
        if self._is_closing and self._is_waiting():
            self._is_closing = self._is_saving = False
            self._presenter.show_message("The window stays: the program was started again.")

    def expect_nobody(self) -> None:
        """Ask nothing from now on: the system ends the program, and a run is kept as it is."""
        self._is_attended = False

    def _ask(self) -> UnsavedAnswer:
        answer = self._ask_unsaved() if self._is_attended else "discard"
        return answer if self._is_attended else "discard"  # it may have ended meanwhile

    def _is_waiting(self) -> bool:
        must_save = self._answer == "save" and not self._session.is_model_saved
        return must_save or any(runner.is_busy for runner in self._runners)

    def _is_promise_broken(self) -> bool:
        """Tell whether the run could not be kept after all, and nothing else keeps its model."""
        is_safe = self._session.is_model_saved or self._session.is_model_kept
        return self._was_promised and self._answer == "discard" and not is_safe

    def _stop_everything(self) -> None:
        if is_allowed(self._session.run_state, RunState.STOPPING):
            self._session.set_run_state(RunState.STOPPING)
        for runner in self._runners:
            if runner.is_busy:
                self._presenter.show_message("Stopping… The window closes when the job has ended.")
                runner.stop()

    def _go_on(self) -> None:
        if any(runner.is_busy for runner in self._runners):
            return
        if self._is_promise_broken():
            self._was_promised = False
            self._answer = self._ask()
            if self._answer == "cancel":
                self._is_closing = False
                return
        if not self._is_waiting():
            self.ready_to_close.emit()
            return
        self._is_saving = self._save_model()
        self._is_closing = self._is_saving  # no file was chosen: the window stays

    @Slot(object)
    def _on_runner_ended(self, failure: object) -> None:
        if not self._is_closing:
            return
        if failure is not None and self._is_saving:
            self._is_closing = self._is_saving = False  # the window stays, and says what failed
            return
        self._go_on()
