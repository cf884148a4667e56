"""Show the engine's events in a terminal, or as JSON lines.

Results go to standard output, everything else to standard error: a line that is
rewritten where a person watches, plain lines where a file does. The wording is in
`texts`.
"""

import json
import shutil
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, TextIO

from engine.cli.texts import (
    bar,
    corpus_lines,
    event_sentence,
    gradient_lines,
    score_lines,
    step_time_line,
    training_line,
)
from engine.control import Notice, RunControl, StageProgress, Ticker
from engine.corpus.corpus import CorpusReady
from engine.events import Event, event_to_json
from engine.language_model.history import EpochDone, LossPoint, RateHalved
from engine.language_model.results import SentenceGenerated, SentenceScored
from engine.training.events import (
    CheckpointSaved,
    GradientsChecked,
    RunEnded,
    SnapshotPublished,
    StepTimed,
    TrainingStarted,
)


class Output:
    """Where events are shown.

    Parameters
    ----------
    as_json : bool
        One object an event on standard output, instead of text.
    out, err : text streams, optional
        By default the process's own.
    """

    def __init__(
        self,
        *,
        as_json: bool,
        out: TextIO | None = None,
        err: TextIO | None = None,
    ) -> None:
        self.as_json = as_json
        self._out = out if out is not None else sys.stdout
        self._err = err if err is not None else sys.stderr
        self._is_live = not as_json and self._err.isatty()
        self._live_width = 0  # of the line that is on the screen now
        self._ticker = Ticker(0.1)
        self._stage = ""

    def show(self, event: Event) -> None:
        """Show `event` in the way that was chosen."""
        if not self.as_json:
            self._show_text(event)
            return
        values = event_to_json(event)
        if values is not None:
            self.result_json(values)
        if isinstance(event, Notice):
            self.note(event_sentence(event))

    def result(self, line: str) -> None:
        """Write one line to standard output, at once."""
        self._clear_live()
        self._out.write(line + "\n")
        self._out.flush()

    def result_json(self, values: dict[str, Any]) -> None:
        """Write one JSON object to standard output, at once."""
        self.result(json.dumps(values, allow_nan=False))

    def note(self, line: str) -> None:
        """Write one line to standard error."""
        self._clear_live()
        self._err.write(line + "\n")
        self._err.flush()

    def _show_text(self, event: Event) -> None:
        match event:
            case StageProgress():
                self._show_stage(event)
            case CorpusReady():
                for line in corpus_lines(event.corpus):
                    self.note(line)
            case LossPoint():
                self._show_live(training_line(event))
            case TrainingStarted() | EpochDone() | RateHalved() | Notice() | RunEnded():
                self.note(event_sentence(event))
            case SentenceGenerated():
                self.result(event.text)
            case SentenceScored():
                self._show_table(score_lines(event.score))
            case GradientsChecked():
                self._show_table(gradient_lines(event.report))
            case StepTimed():
                self.result(step_time_line(event))
            case SnapshotPublished() | CheckpointSaved():
                pass  # nothing for a person; the command says where the model is at its end

    def _show_table(self, lines: list[str]) -> None:
        for line in lines:
            self.result(line)

    def _show_stage(self, event: StageProgress) -> None:
        if event.stage != self._stage and not self._is_live:
            self.note(f"{event.stage} …")
        self._stage = event.stage
        share = event.done / event.total if event.total else None
        of_total = "" if event.total is None else f" of {event.total:,}"
        self._show_live(f"{event.stage} {bar(share)}{event.done:,}{of_total} {event.unit}")

    def _show_live(self, line: str) -> None:
        """Rewrite the one live line, at most ten times a second."""
        if not self._is_live or not (self._live_width == 0 or self._ticker.is_due()):
            return
        line = line[: shutil.get_terminal_size().columns - 1]  # a wrapped line cannot be rewritten
        self._err.write("\r" + line.ljust(self._live_width))
        self._err.flush()
        self._live_width = len(line)

    def _clear_live(self) -> None:
        if self._live_width:
            self._err.write("\r" + " " * self._live_width + "\r")
            self._err.flush()
            self._live_width = 0


@contextmanager
def stop_on_interrupt(output: Output) -> Iterator[RunControl]:
    """Let the first Ctrl+C stop the work cleanly and the second abort it."""
    control = RunControl()

    def on_interrupt(_number: int, _frame: FrameType | None) -> None:
        if control.is_stopped:
            raise KeyboardInterrupt
        control.stop()
        output.note("Stopping; press Ctrl+C again to abort.")

    if threading.current_thread() is not threading.main_thread():
        yield control  # only the main thread can listen to signals
        return
    before = signal.signal(signal.SIGINT, on_interrupt)
    try:
        yield control
    finally:
        signal.signal(signal.SIGINT, before)
