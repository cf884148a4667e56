"""The list of kept runs: what is selected can be opened, continued, renamed, compared, deleted.

All work on files is put into the `WorkQueue`; training goes on at `TrainingController`.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QGuiApplication

from app.protocols import RunsQuestions, Which
from app.runs.commands import RunCommand, run_commands
from app.runs.comparison import compare_runs
from app.runs.comparison_dialog import ComparisonDialog
from app.runs.dialogs import RunsDialogs
from app.runs.opening import OpenedRun, RunOpener
from app.runs.table import NAME, NOTE, TAGS, describe_run
from app.runs.view import RunsView
from app.session import Command, enabled_commands
from app.shared.formatting import counted, format_bytes
from app.tasks.controller import Controller, Surroundings
from app.tasks.work_queue import WorkQueue
from engine import RunError

if TYPE_CHECKING:
    from engine import DiskUse, EmptiedTrash, RunCurve, RunInfo

RunsList = tuple["RunInfo", ...]

SELECT_HINT = "Select a run to open it or to go on with it, or several to compare them."


class RunsController(Controller):
    """Connect the list of kept runs with the store and the session.

    Parameters
    ----------
    resume : callable
        Goes on with a run: the run and the epochs of the whole, or None.
    may_replace : callable
        Whether the session's model may be replaced; it asks if something would be lost.

    Signals
    -------
    opened()
        The model of a run is in the session.
    overlay_changed(object)
        The `RunCurve` of the run that is to be seen in the live plot, too; None for no run.
    """

    opened = Signal()
    overlay_changed = Signal(object)

    def __init__(
        self,
        view: RunsView,
        queue: WorkQueue,
        opener: RunOpener,
        around: Surroundings,
        *,
        resume: "Callable[[RunInfo, int | None], None]",
        may_replace: Callable[[], bool],
    ) -> None:
        super().__init__(around)
        self._view, self._queue, self._opener = view, queue, opener
        self._runs = self._jobs.runs
        self._resume, self._may_replace = resume, may_replace
        self._dialogs: RunsQuestions = self._jobs.runs_dialogs or RunsDialogs(view)
        self._overlaid = ""  # the id of the run in the live plot
        self._disk_use: DiskUse | None = None
        self._answer = ""  # what became of the last command, shown instead of the selection's
        self._connect_signals()

    def _connect_signals(self) -> None:
        self._view.selection_changed.connect(self._on_view_selection_changed)
        self._view.command_requested.connect(self._on_view_command_requested)
        self._view.renamed.connect(self._on_view_renamed)
        self._view.noted.connect(self._on_view_noted)
        self._view.tagged.connect(self._on_view_tagged)
        self._view.empty_trash_requested.connect(self._on_view_empty_trash_requested)
        self._view.trash_toggled.connect(self._on_view_trash_toggled)
        self._view.refresh_requested.connect(self.refresh)
        self._queue.failed.connect(self._on_queue_failed)
        self._session.run_state_changed.connect(self._on_session_run_state_changed)

    @Slot()
    def show(self) -> None:
        """Bring the list to the front and read it anew."""
        if self._view.isVisible():
            self._view.raise_()
        self._view.show()
        self._view.activateWindow()
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Read the list anew."""
        in_trash = self._view.is_trash
        self._queue.do(
            "Reading the kept runs",
            partial(self._runs.list, in_trash=in_trash),
            partial(self._show_runs, in_trash=in_trash),
        )
        self._queue.do("Looking at the disk use", self._measure, self._show_disk_use)

    @Slot()
    def discard_current(self) -> None:
        """Move the run that has ended to the trash, after a question."""
        run = self._session.run
        if run is None or not self._is_at_rest():
            return
        name = f"“{run.name}”" if run.name else "the run that has just ended"
        if self._dialogs.ask_discard(name):
            self._delete((run.run_id,), name)

    def _show_runs(self, runs: "RunsList", *, in_trash: bool) -> None:
        if in_trash == self._view.is_trash:
            self._view.show_runs(runs, in_trash=in_trash)
        present = self._session.run
        names = {run.run_id: run.name for run in runs}
        if present is not None and names.get(present.run_id, present.name) != present.name:
            self._session.set_run(replace(present, name=names[present.run_id]))

    def _measure(self) -> "tuple[DiskUse, int]":
        return self._runs.disk_use(), self._jobs.list_prepared().size

    def _show_disk_use(self, found: "tuple[DiskUse, int]") -> None:
        self._disk_use, prepared = found
        self._view.show_disk_use(
            describe_disk_use(self._disk_use, prepared), has_trash=self._disk_use.trash > 0
        )

    def _is_at_rest(self) -> bool:
        return Command.OPEN_MODEL in enabled_commands(self._session.run_state)

    def _show_selection(self) -> None:
        runs = self._view.selected_runs()
        commands = run_commands(runs, in_trash=self._view.is_trash, is_at_rest=self._is_at_rest())
        self._view.show_commands(commands)
        self._view.show_overlaid(is_overlaid=self._overlaid in [run.run_id for run in runs])
        text = SELECT_HINT if self._view.has_runs else ""
        if runs:
            several = (
                f"{counted(len(runs), 'run')} are selected: compare them to see which is best."
            )
            text = describe_run(runs[0]) if len(runs) == 1 else several
        self._view.show_detail(self._answer or text)

    @Slot()
    def _on_view_selection_changed(self) -> None:
        self._show_selection()
        self._answer = ""

    @Slot(object)
    def _on_view_command_requested(self, command: RunCommand) -> None:
        runs = self._view.selected_runs()
        if not runs:
            return
        match command:
            case RunCommand.OPEN:
                self._open(runs[0], "last")
            case RunCommand.OPEN_BEST:
                self._open(runs[0], "best")
            case RunCommand.CONTINUE:
                self._continue(runs[0])
            case RunCommand.RENAME:
                self._view.edit(NAME)
            case RunCommand.NOTE:
                self._view.edit(NOTE)
            case RunCommand.DUPLICATE:
                work = partial(self._runs.duplicate, runs[0].run_id)
                self._queue.do(f"Duplicating {runs[0].name}", work, self._on_duplicated)
            case RunCommand.COMPARE:
                work_on_curves = partial(self._runs.curves, [run.run_id for run in runs])
                self._queue.do("Reading the curves", work_on_curves, partial(self._compare, runs))
            case RunCommand.OVERLAY:
                self._overlay(runs[0])
            case RunCommand.COPY_COMMAND:
                self._copy_command(runs[0])
            case RunCommand.TAGS:
                self._view.edit(TAGS)
            case RunCommand.DELETE:
                name = f"“{runs[0].name}”" if len(runs) == 1 else counted(len(runs), "run")
                self._delete(tuple(run.run_id for run in runs), name)
            case RunCommand.RESTORE:
                self._restore(runs)

    def _compare(self, runs: "RunsList", curves: "Sequence[RunCurve]") -> None:
        if self._view.isVisible():
            ComparisonDialog(compare_runs(runs, curves), self._view).show()

    def _overlay(self, run: "RunInfo") -> None:
        if self._overlaid == run.run_id:
            self._show_overlay(None)
            return
        work = partial(self._runs.curves, [run.run_id])
        self._queue.do(f"Reading the curve of {run.name}", work, self._on_curve_read)

    def _on_curve_read(self, curves: "Sequence[RunCurve]") -> None:
        self._show_overlay(curves[0])

    def _show_overlay(self, curve: "RunCurve | None") -> None:
        if curve is not None and not curve.losses:
            self._answer = f"{curve.name} was never evaluated: there is nothing to draw."
        elif curve is not None:
            self._overlaid = curve.run_id
            self._answer = f"{curve.name} is in the plot of the Training tab now, as a dashed line."
            self.overlay_changed.emit(curve)
        else:
            self._overlaid = ""
            self._answer = "The curve was removed from the plot."
            self.overlay_changed.emit(None)
        self._show_selection()
        self._answer = ""

    def _copy_command(self, run: "RunInfo") -> None:
        try:
            command = self._jobs.train_command(run)
        except RunError as error:
            self._view.show_detail(str(error), is_bad=True)
            return
        QGuiApplication.clipboard().setText(command)
        self._view.show_detail(f"Copied; in the program’s folder it repeats the run: {command}")

    def _open(self, run: "RunInfo", which: Which) -> None:
        if self._is_at_rest() and self._may_replace():
            self._opener.open(run, which, then=self._on_opened)

    def _on_opened(self, opened: OpenedRun | None) -> None:
        if opened is not None:
            self._view.close()
            self.opened.emit()

    def _continue(self, run: "RunInfo") -> None:
        epochs: int | None = None
        if run.state == "finished":
            more = self._dialogs.ask_more_epochs(run.name, run.train_config.epochs)
            if more is None:
                return
            epochs = run.train_config.epochs + more
        if self._may_replace():
            self._view.close()
            self._resume(run, epochs)

    def _delete(self, run_ids: Sequence[str], name: str) -> None:
        def work() -> tuple[str, ...]:
            for run_id in run_ids:
                self._runs.delete(run_id)
            return tuple(run_ids)

        self._queue.do(f"Deleting {name}", work, partial(self._on_deleted, name))

    def _on_deleted(self, name: str, run_ids: tuple[str, ...]) -> None:
        if self._overlaid in run_ids:
            self._overlaid = ""
            self.overlay_changed.emit(None)
        run = self._session.run
        if run is not None and run.run_id in run_ids:
            if self._session.model_path is None and self._is_at_rest():
                self._session.set_model(None)
            else:
                self._session.set_run(None)
        verb, they = ("was", "it") if len(run_ids) == 1 else ("were", "they")
        moved = f"{verb} moved to the trash; {they} can be restored from there."
        text = f"{name[:1].upper()}{name[1:]} {moved}"
        if not self._view.isVisible():
            self._presenter.show_message(f"{text} File > Runs… shows it.", "info")
        self._answer = text
        self.refresh()

    def _restore(self, runs: "Sequence[RunInfo]") -> None:
        def work() -> int:
            for run in runs:
                self._runs.restore(run.run_id)
            return len(runs)

        self._queue.do("Restoring runs", work, self._on_restored)

    def _on_restored(self, count: int) -> None:
        self._answer = f"{counted(count, 'run')} restored."
        self.refresh()

    def _on_duplicated(self, copy: "RunInfo") -> None:
        self._answer = f"The copy is called “{copy.name}”."
        self.refresh()

    def _on_labelled(self, _nothing: None) -> None:
        self.refresh()

    @Slot(str, str)
    def _on_view_renamed(self, run_id: str, name: str) -> None:
        work = partial(self._runs.rename, run_id, name)
        self._queue.do("Renaming the run", work, self._on_labelled)

    @Slot(str, str)
    def _on_view_noted(self, run_id: str, note: str) -> None:
        work = partial(self._runs.set_note, run_id, note)
        self._queue.do("Writing the note", work, self._on_labelled)

    @Slot(str, str)
    def _on_view_tagged(self, run_id: str, tags: str) -> None:
        work = partial(self._runs.set_tags, run_id, tags.split(","))
        self._queue.do("Writing the tags", work, self._on_labelled)

    @Slot()
    def _on_view_empty_trash_requested(self) -> None:
        use = self._disk_use
        if use is not None and self._dialogs.ask_empty_trash(use.trash, use.trash_bytes):
            self._queue.do("Emptying the trash", self._runs.empty_trash, self._on_trash_emptied)

    def _on_trash_emptied(self, emptied: "EmptiedTrash") -> None:
        freed = format_bytes(emptied.size)
        self._answer = f"{counted(emptied.count, 'run')} deleted for good, which frees {freed}."
        if emptied.left:
            left = counted(emptied.left, "run")
            self._answer += f" {left} could not be deleted: another program may use them."
        self.refresh()

    @Slot(bool)
    def _on_view_trash_toggled(self, _is_trash: bool) -> None:  # noqa: FBT001 - Qt's signal
        self._view.show_runs((), in_trash=self._view.is_trash)
        self.refresh()

    @Slot(str)
    def _on_queue_failed(self, message: str) -> None:
        self._view.show_detail(message, is_bad=True)

    @Slot(object)
    def _on_session_run_state_changed(self, _state: object) -> None:
        self._show_selection()
        if self._view.isVisible():
            self.refresh()


def describe_disk_use(use: "DiskUse", prepared_bytes: int) -> str:
    """Say how much room runs, trash and prepared texts take."""
    trash = (
        f"{format_bytes(use.trash_bytes)} in the trash ({counted(use.trash, 'run')})"
        if use.trash
        else "the trash is empty"
    )
    runs = (
        f"{format_bytes(use.runs_bytes)} for {counted(use.runs, 'run')}" if use.runs else "no runs"
    )
    return (
        f"On the disk: {runs}, {trash}, {format_bytes(prepared_bytes)} for prepared texts "
        "(File > Prepared texts)."
    )
