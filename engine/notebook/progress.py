"""Progress bars and Ctrl+C for people at a prompt."""

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Self

from tqdm.auto import tqdm

from engine.control import Notice, RunControl, StageProgress

_BAR = "{desc}: {percentage:3.0f}%|{bar}| {n:.2f}/{total:g} epochs [{elapsed}<{remaining}{postfix}]"


class StageBars:
    """A bar for each stage of a preparation, one after the other."""

    def __init__(self, *, shown: bool) -> None:
        self._is_shown = shown
        self._bar: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def _end(self) -> None:
        """Close the bar of a stage that is over; the last report came a moment before its end."""
        if self._bar is not None:
            if self._bar.total is not None:
                self._bar.update(self._bar.total - self._bar.n)
            self._bar.close()

    def show(self, event: StageProgress | Notice) -> None:
        """Move the stage's bar, or begin its own; a notice comes above it."""
        if not self._is_shown:
            return
        if isinstance(event, Notice):
            tell(event)
            return
        if self._bar is None or self._bar.desc.rstrip(": ") != event.stage:
            self._end()
            self._bar = tqdm(
                desc=event.stage, total=event.total, unit=f" {event.unit}", unit_scale=True
            )
        self._bar.total = event.total
        self._bar.update(event.done - self._bar.n)


class EpochBar:
    """A bar over the epochs of a training, with the newest losses beside it."""

    def __init__(self, epochs: float, *, shown: bool) -> None:
        self._told: dict[str, str] = {}
        self._bar = tqdm(total=epochs, desc="Training", bar_format=_BAR, disable=not shown)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()

    def show(self, epochs: float, **told: str) -> None:
        """Move to so many epochs; what was told before stays beside what is new."""
        self._told |= told
        self._bar.set_postfix(self._told, refresh=False)
        self._bar.update(min(epochs, self._bar.total) - self._bar.n)


def tell(notice: Notice) -> None:
    """Write a notice above the bars."""
    tqdm.write(notice.text, file=sys.stderr)


@contextmanager
def stopped_by_ctrl_c() -> Iterator[RunControl]:
    """Give a control that the first Ctrl+C stops; a second one aborts as usual."""
    control = RunControl()
    if threading.current_thread() is not threading.main_thread():
        yield control  # only the main thread can listen to signals
        return

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        if control.is_stopped:
            raise KeyboardInterrupt
        control.stop()

    former = signal.signal(signal.SIGINT, on_signal)
    try:
        yield control
    finally:
        signal.signal(signal.SIGINT, former)
