"""Run the tools of the training tab: the gradient check and the timing of one step.

They have a runner of their own and touch neither the session's model nor its corpus.
"""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from app.errors import TaskFailure
from app.jobs import Jobs, Tool
from app.session import Command, enabled_commands
from app.shared.formatting import counted, format_count, format_percent
from app.tasks.controller import Surroundings, TaskController
from app.tasks.task_runner import TaskRunner
from app.training.tab import TrainingTab
from app.training.texts import percent_progress
from app.training.tool_page import ToolPage
from engine import GradientsChecked, Notice, RunControl, StageProgress, StepTimed

if TYPE_CHECKING:
    from engine import Event, GradientReport, StepTime

TUTORIAL_WORDS = 8000  # in the vocabulary, where no corpus says otherwise
MOST_WAITED = 0.2  # of the time, before it is said that the figures suffer


class ToolsController(TaskController):
    """Connect the pages "Gradient check" and "Time one step" with the engine."""

    def __init__(self, tab: TrainingTab, runner: TaskRunner, around: Surroundings) -> None:
        super().__init__(runner, around)
        self._tab = tab
        self._page: ToolPage | None = None  # whose tool is running
        self._size = ""  # of the network whose step is timed
        self._closing = ""  # what the page says when its tool has ended
        self._waited = 0.0  # the share of the time that a step waited for the processor
        self._connect_signals()
        self._refresh()

    def _connect_signals(self) -> None:
        for page in (self._tab.gradient_page, self._tab.step_page):
            page.stop_requested.connect(self._on_stop_requested)
        self._tab.gradient_page.run_requested.connect(self._on_gradients_requested)
        self._tab.step_page.run_requested.connect(self._on_step_requested)
        self._session.run_state_changed.connect(self._refresh)

    @Slot()
    def _refresh(self) -> None:
        is_possible = Command.CHECK in enabled_commands(self._session.run_state)
        for page in (self._tab.gradient_page, self._tab.step_page):
            is_mine = page is self._page
            page.show_running(is_running=is_mine)
            page.set_offered(is_offered=is_mine or (is_possible and self._page is None))

    @Slot()
    def _on_gradients_requested(self) -> None:
        self._start(self._tab.gradient_page, self._jobs.check_gradients, "Checking the gradients…")

    @Slot()
    def _on_step_requested(self) -> None:
        corpus, hidden = self._session.corpus, self._tab.form.units
        words = TUTORIAL_WORDS if corpus is None else corpus.summary.vocabulary_size
        size = f"{format_count(words)} known words and {counted(hidden, 'hidden unit')}"
        job = partial(_time_step, self._jobs, words, hidden)
        self._size = f"with {size}"
        self._start(self._tab.step_page, job, f"Measuring {self._size}…")

    def _start(self, page: ToolPage, job: Tool, beginning: str) -> None:
        if self._runner.is_busy:
            return
        self._page, self._closing, self._waited = page, "", 0.0
        page.clear()
        page.show_verdict(beginning)
        self._refresh()
        control = RunControl()
        self._runner.start(partial(job, control), control)

    @Slot()
    def _on_stop_requested(self) -> None:
        self._closing = "Stopped."
        self._runner.stop()

    @Slot(object)
    def _on_runner_event_ready(self, event: object) -> None:
        if self._page is None:
            return
        match event:
            case StageProgress(stage=stage, done=done, total=total):
                self._page.show_verdict(f"{stage} {percent_progress(done, total)}".strip())
            case GradientsChecked(report=report):
                self._show_report(report)
            case StepTimed(time=time):
                self._page.add_row(step_cells(time))
                self._waited = max(self._waited, time.waited)
                self._closing = f"On a sentence of {counted(time.words, 'word')}, {self._size}."
                if self._waited > MOST_WAITED:
                    self._closing += (
                        f" This computer was busy with something else for "
                        f"{format_percent(self._waited)} of the time: steps seem slower than they "
                        "are. Measure again when it is quiet."
                    )
            case Notice(text=text):
                self._page.show_verdict(text)
            case _:
                pass  # the tools have no other events

    def _show_report(self, report: "GradientReport") -> None:
        for cells in report_cells(report):
            self._tab.gradient_page.add_row(cells)
        outcome = (
            "Passed: all ways agree."
            if report.passed
            else "Failed: the ways disagree, so learning would go astray."
        )
        self._closing = f"{outcome} {report.note}"
        self._tab.gradient_page.show_verdict(self._closing, is_good=report.passed)

    @Slot(object)
    def _on_runner_ended(self, failure: TaskFailure | None) -> None:
        page, self._page = self._page, None
        is_report = page is self._tab.gradient_page and self._closing not in ("", "Stopped.")
        if page is not None and not is_report:
            page.show_verdict(self._closing if failure is None else failure.message)
        self._refresh()
        if failure is not None:
            self._presenter.show_failure(failure, "The tool")


def _time_step(jobs: Jobs, words: int, hidden: int, control: RunControl) -> "Iterator[Event]":
    return jobs.time_one_step(control, words, hidden)


def report_cells(report: "GradientReport") -> list[tuple[str, ...]]:
    """Return the table of a report, a row for each parameter on each road to its gradient."""
    return [
        (
            check.road,
            check.name,
            format_count(check.size),
            f"{check.worst_error:.1e}",
            f"{check.name}[{', '.join(map(str, check.worst_index))}]",
            "passed" if check.passed else f"failed (limit {report.threshold:.0e})",
        )
        for check in report.parameters
    ]


def step_cells(time: "StepTime") -> tuple[str, ...]:
    """Return the row of one implementation."""
    ratio = "1 (baseline)" if time.ratio == 1.0 else f"{time.ratio:.3g} times faster"
    if time.ratio < 1.0:
        ratio = f"{1.0 / time.ratio:.3g} times slower"
    return (
        time.implementation,
        time.device,
        f"{time.milliseconds:.3g} ms",
        ratio,
    )
