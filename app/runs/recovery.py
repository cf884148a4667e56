"""After a crash: offer what was saved last, and keep offering it until it is safe.

An interrupted run stays one until it is continued, or until its model is saved in a file.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot

from app.runs.opening import OpenedRun, RunOpener
from app.runs.recovery_bar import RecoveryBar
from app.session import Command, CurrentRun, enabled_commands
from app.shared.formatting import counted, format_duration, format_epoch
from app.tasks.controller import Controller, Surroundings
from app.tasks.work_queue import WorkQueue

if TYPE_CHECKING:
    from engine import RunInfo


class RecoveryController(Controller):
    """Connect the recovery bar with the store and the session.

    Parameters
    ----------
    resume : callable
        Goes on with a run: the run and the epochs of the whole, or None.
    may_replace : callable
        Whether the session's model may be replaced; it asks if something would be lost.

    Signals
    -------
    recovered()
        An interrupted run is in the session, with all of it.
    looked(object)
        The ids of the runs that were interrupted.
    """

    recovered = Signal()
    looked = Signal(object)

    def __init__(
        self,
        bar: RecoveryBar,
        queue: WorkQueue,
        opener: RunOpener,
        around: Surroundings,
        *,
        resume: "Callable[[RunInfo, int | None], None]",
        may_replace: Callable[[], bool],
    ) -> None:
        super().__init__(around)
        self._bar, self._queue, self._opener = bar, queue, opener
        self._runs = self._jobs.runs
        self._resume, self._may_replace = resume, may_replace
        self._run: RunInfo | None = None  # that is offered
        self._is_recovered = False
        bar.accepted.connect(self._on_bar_accepted)
        queue.failed.connect(self._on_queue_failed)
        self._session.model_saved_changed.connect(self._on_session_model_saved_changed)
        self._session.run_changed.connect(self._on_session_run_changed)

    @Slot()
    def start(self) -> None:
        """Look for interrupted runs; call it when the window has shown."""
        self._queue.do("Looking for interrupted runs", self._runs.find_interrupted, self._offer)

    def _offer(self, runs: "tuple[RunInfo, ...]") -> None:
        if runs:
            self._run, self._is_recovered = runs[0], False
            self._bar.show_offer(*describe_recovery(runs))
        self.looked.emit(frozenset(run.run_id for run in runs))

    @Slot()
    def _on_bar_accepted(self) -> None:
        run = self._run
        if run is None:
            return
        if Command.OPEN_MODEL not in enabled_commands(self._session.run_state):
            self._presenter.show_message(
                "The run can be recovered when the present job has ended: stop it first.", "warning"
            )
            return
        if self._is_recovered or run.begins_anew:
            self._bar.clear()
            self._resume(run, None)
        elif self._may_replace():
            self._bar.show_busy()
            self._opener.open(
                run, is_recovered=True, doing=f"Recovering {run.name}", then=self._on_opened
            )

    def _on_opened(self, opened: OpenedRun | None) -> None:
        if opened is None:
            self._bar.show_idle()
            return
        self._is_recovered = True
        self._bar.show_recovered(*describe_recovered(opened.info, opened.model.step))
        self.recovered.emit()

    @Slot(str)
    def _on_queue_failed(self, _message: str) -> None:
        self._bar.show_idle()

    @Slot(bool)
    def _on_session_model_saved_changed(self, is_saved: bool) -> None:  # noqa: FBT001
        """End the recovery when the model is safe in a file of its own."""
        run = self._session.run
        if is_saved and self._session.model_path is not None and run and run.is_recovered:
            work = partial(self._runs.dismiss, run.run_id)
            self._queue.do("Ending the recovery", work, self._on_dismissed)

    def _on_dismissed(self, _nothing: None) -> None:
        self._bar.clear()

    @Slot(object)
    def _on_session_run_changed(self, run: CurrentRun | None) -> None:
        """Take the offer to continue away when another model took the recovered one's place."""
        offered = self._run.run_id if self._run is not None else ""
        if self._is_recovered and (run is None or run.run_id != offered):
            self._bar.clear()


def describe_recovery(runs: "Sequence[RunInfo]") -> tuple[str, str]:
    """Return the offer to recover the first of the interrupted runs, and the rest about them."""
    run = runs[0]
    others = ", ".join(f"“{other.name}”" for other in runs[1:])
    more = f" Interrupted as well, see File > Runs…: {others}." if others else ""
    if run.begins_anew:
        text = (
            f"The training of “{run.name}” was interrupted before anything was saved. It can begin "
            "again with the same settings and seed."
        )
        return text, f"Only its first moments are lost.{more}"
    when = "" if run.saved is None else f" on {run.saved.astimezone():%Y-%m-%d at %H:%M:%S}"
    where = f"at epoch {format_epoch(run.epoch)}, after {counted(run.step, 'step')}"
    text = (
        f"The training of “{run.name}” was interrupted. It was last saved{when}, "
        f"{where if run.step else 'before its first step'}."
    )
    return text, f"{describe_loss_of_work(run)}{more}"


def describe_loss_of_work(run: "RunInfo") -> str:
    """Return how much training is lost when an interrupted run is recovered."""
    if run.lost_s < 1.0:
        return "Nothing is lost: less than a second of training came after it."
    steps = round(run.step * run.lost_s / run.elapsed_s) if run.elapsed_s > 0.0 else 0
    about = f", about {counted(steps, 'step')}," if steps else ""
    return f"Lost: {format_duration(run.lost_s)} of training{about} after it."


def describe_recovered(run: "RunInfo", step: int) -> tuple[str, str]:
    """Return what was recovered, and how long it is offered."""
    text = (
        f"“{run.name}” is back as it was after {counted(step, 'step')}. "
        "Training can go on exactly from there."
    )
    return text, "It is offered at each start until it goes on, or its model is saved in a file."
