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
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any, TextIO

from engine.cli.terminal.streams import discard
from engine.cli.terminal.texts import (
    corpus_lines,
    event_sentence,
    gradient_lines,
    references_line,
    replacement_line,
    score_lines,
    stage_line,
    step_time_line,
    training_line,
)
from engine.control import Notice, RunControl, StageProgress, Ticker
from engine.corpus.corpus import CorpusReady
from engine.corpus.counting.references import ReferencesCounted
from engine.errors import EngineError
from engine.events import Event, event_to_json
from engine.files.atomic import explain_os_error
from engine.language_model.history import EpochDone, LossPoint, RateHalved
from engine.language_model.results import (
    ReplacementFound,
    SentenceGenerated,
    SentenceGrowing,
    SentenceScored,
)
from engine.training.events import (
    CheckpointSaved,
    GradientsChecked,
    RunEnded,
    SnapshotPublished,
    StepTimed,
    TrainingStarted,
)

_ENDING_SIGNALS = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]


class Output:
    """Where events are shown.

    Parameters
    ----------
    as_json : bool
        One object per event on standard output, instead of text.
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
        self._is_out_a_terminal = self._out.isatty()
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
        try:
            self._out.write(line + "\n")
            self._out.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            discard(self._out)
            if not self._is_out_a_terminal:  # one that was closed ends no training
                raise EngineError(
                    f"The output could not be written, because {explain_os_error(error)}."
                ) from error

    def result_json(self, values: dict[str, Any]) -> None:
        """Write one JSON object to standard output, at once."""
        self.result(json.dumps(values, allow_nan=False))

    def answer(self, values: dict[str, Any], *lines: str) -> None:
        """Write what was asked for: one JSON object, or these lines."""
        if self.as_json:
            self.result_json(values)
            return
        for line in lines:
            self.result(line)

    def note(self, line: str) -> None:
        """Write one line to standard error."""
        self._clear_live()
        self._write_progress(line + "\n")

    def _show_text(self, event: Event) -> None:
        match event:
            case StageProgress():
                self._show_stage(event)
            case CorpusReady():
                for line in corpus_lines(event.corpus):
                    self.note(line)
            case LossPoint():
                self._show_live(training_line(event, self._width()))
            case ReferencesCounted(losses=losses):
                self.note(f"Held-out text. {references_line(losses)}")
            case TrainingStarted() | EpochDone() | RateHalved() | Notice() | RunEnded():
                self.note(event_sentence(event))
            case SentenceGenerated():
                # The mark: this text, typed, would be read as other words.
                self.result(event.text if event.is_readable else f"[word by word] {event.text}")
            case SentenceGrowing():
                self._show_live(event.text[-self._width() :])
            case SentenceScored():
                self._show_table(score_lines(event.score))
            case ReplacementFound():
                self.result(replacement_line(event))
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
        self._show_live(stage_line(event, self._width()))

    def _width(self) -> int:
        """Return the columns of a live line: a wrapped one could not be rewritten."""
        return shutil.get_terminal_size().columns - 1

    def _show_live(self, line: str) -> None:
        """Rewrite the one live line, at most ten times per second."""
        if not self._is_live or not (self._live_width == 0 or self._ticker.is_due()):
            return
        self._write_progress("\r" + line.ljust(self._live_width))
        self._live_width = len(line)

    def _clear_live(self) -> None:
        if self._live_width:
            self._write_progress("\r" + " " * self._live_width + "\r")
            self._live_width = 0

    def _write_progress(self, text: str) -> None:
        """Write to standard error; a terminal that was closed ends no training."""
        try:
            self._err.write(text)
            self._err.flush()
        except BrokenPipeError:
            raise  # whoever read it wants no more
        except OSError:
            discard(self._err)


class SignalControl(RunControl):
    """A run control that a signal stops.

    Attributes
    ----------
    heard : int
        The number of the signal; 0 without one, also where another process heard it for this one.
    """

    def __init__(self) -> None:
        super().__init__()
        self.heard = 0

    @property
    def exit_code(self) -> int:
        """0, or after a stop 128 and the signal's number, as shells count it."""
        return 128 + (self.heard or signal.SIGTERM) if self.is_stopped else 0

    def stop_for(self, number: int) -> None:
        """Stop because of the signal `number`."""
        self.heard = number
        self.stop()


@contextmanager
def stop_on_signal(output: Output) -> Iterator[SignalControl]:
    """Let Ctrl+C, SIGTERM and SIGHUP stop the work cleanly, and a second Ctrl+C abort it.

    A terminal that is closed and a system that goes down send several at once: only the
    person who presses Ctrl+C again means to abort.
    """
    control = SignalControl()

    def on_signal(number: int, _frame: FrameType | None) -> None:
        if not control.heard:
            control.stop_for(number)
            with suppress(RuntimeError):  # it came within a write, which Python does not re-enter
                output.note("Stopping; press Ctrl+C again to abort.")
        elif number == signal.SIGINT:
            raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield control  # only the main thread can listen to signals
        return
    with _listening(on_signal):
        yield control


@contextmanager
def hold_signals() -> Iterator[None]:
    """Let what is inside come to its end: a signal that asks to end waits until then."""
    held: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    with _listening(lambda number, _frame: held.append(number)):
        yield
    for number in held:
        signal.raise_signal(number)


@contextmanager
def _listening(handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Give `handler` the signals that ask this program to end."""
    before = {
        number: signal.getsignal(number)
        for number in _ENDING_SIGNALS
        # what is ignored stays so: under nohup a closed terminal stops nothing
        if number == signal.SIGINT or signal.getsignal(number) != signal.SIG_IGN
    }
    for number in before:
        signal.signal(number, handler)
    try:
        yield
    finally:
        for number, former in before.items():
            signal.signal(number, former)
