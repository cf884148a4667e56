"""How late the window's events are while it prepares and trains, and what its plot costs.

    python -m tests.benchmarks.window_while_training comments.csv --seconds 60

The real window runs off the screen. A timer that is due every 5 ms notes how much
later it comes: what a click would wait for. Then the window's training and the
engine alone take turns on the same corpus; the ratio of their words a second is the
cost of the window, with its live plot and with another tab in front.
"""

import argparse
import gzip
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication, QPushButton

from app.application import Application, build_window
from app.jobs import Jobs
from app.session import RunState
from app.tasks.garbage import GarbageCollector
from engine import LossPoint, ModelConfig, RunControl, RunStore, TrainConfig, sample_comments_path
from tests.benchmarks.places import REVIEWS

if TYPE_CHECKING:
    from tests.benchmarks.turns import StopWatch

_DUE_EVERY_MS = 5
_LOOK_EVERY_MS = 20
_MOST_EPOCHS = 100_000
_OTHER_TAB, _TRAINING_TAB = 0, 1
_SETTLE_S = 0.5
_PATIENCE_S = 300.0


class Watchdog(QObject):
    """Note how late the event loop is, by what goes on meanwhile."""

    def __init__(self) -> None:
        super().__init__()
        self.late_ms: dict[str, list[float]] = {}
        self._phase = ""
        self._last_s = 0.0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(_DUE_EVERY_MS)
        self._timer.timeout.connect(self._on_timeout)

    def watch(self, phase: str) -> None:
        self._phase = phase
        self.late_ms[phase] = []
        self._last_s = time.perf_counter()
        self._timer.start()

    def rest(self) -> None:
        self._timer.stop()

    def _on_timeout(self) -> None:
        now_s = time.perf_counter()
        late_ms = 1000.0 * (now_s - self._last_s) - _DUE_EVERY_MS
        self.late_ms[self._phase].append(max(0.0, late_ms))
        self._last_s = now_s


def main() -> int:
    arguments = _arguments()
    qt = QApplication(sys.argv[:1])
    with tempfile.TemporaryDirectory() as folder:
        path = arguments.csv or _default_csv(Path(folder))
        runs = RunStore(Path(folder))
        jobs = Jobs(runs=runs, ask_unsaved_at_close=lambda: "discard")
        settings_path = Path(folder) / "settings.ini"
        app = build_window(settings_path, jobs=jobs)
        watchdog = Watchdog()
        garbage = GarbageCollector(app.window)  # as the program does
        app.runners.warm_up.ended.connect(garbage.settle)
        app.window.show()
        qt.processEvents()  # the first painting is part of the start, not of the work
        app.warm_up.start()
        garbage.start()
        try:
            _run_for(app, path, watchdog, arguments)
            _report_delays(watchdog)
            with _speeds_of_window(app) as speeds:
                _take_turns(app, speeds, arguments)
        finally:
            app.window.close()
            _spin_until(lambda: not app.window.isVisible())
            app.shutdown()
            garbage.stop()
    del qt
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("csv", type=Path, nargs="?", help="default: the film reviews")
    parser.add_argument("--seconds", type=float, default=60.0, help="of preparing and training")
    parser.add_argument("--turns", type=int, default=8, help="of the window and the engine alone")
    parser.add_argument("--turn-seconds", type=float, default=3.0)
    parser.add_argument("--hidden-dim", type=int, default=100)
    parser.add_argument("--recipe", default="fast", choices=("fast", "tutorial"))
    arguments = parser.parse_args()
    if arguments.turns < 2:
        parser.error("--turns must be 2 or more: their spread is printed")
    return arguments


def _default_csv(folder: Path) -> Path:
    if not REVIEWS.is_file():
        return sample_comments_path()
    path = folder / "movie-reviews.csv"
    with gzip.open(REVIEWS, "rb") as source, path.open("wb") as target:
        shutil.copyfileobj(source, target)
    return path


def _run_for(
    app: Application, path: Path, watchdog: Watchdog, arguments: argparse.Namespace
) -> None:
    """Prepare the file as a person would, then train until `seconds` have passed."""
    end_s = time.perf_counter() + arguments.seconds
    watchdog.watch("looking into the file, loading torch")
    app.controller.open_files([path])
    prepare = _button(app, "dataset.prepare_button")
    _spin_until(lambda: prepare.isEnabled() and not app.runners.dataset.is_busy)
    watchdog.watch("preparing")
    prepare.click()
    _spin_until(lambda: app.session.corpus is not None and not app.runners.dataset.is_busy)
    app.window.show_tab(_TRAINING_TAB)
    # the first seconds on the tab evaluate the untrained network
    watchdog.watch("training with the live plot")
    app.training.show_choices(
        ModelConfig(hidden_dim=arguments.hidden_dim, device="cpu"),
        TrainConfig(recipe=arguments.recipe, epochs=_MOST_EPOCHS),
    )
    _button(app, "training.start_button").click()
    left_s = max(5.0, end_s - time.perf_counter())
    _spin(left_s)
    watchdog.rest()
    if app.session.run_state is not RunState.TRAINING:
        raise RuntimeError(f"the training ended early: {app.session.run_state}")


def _report_delays(watchdog: Watchdog) -> None:
    print("| delay of the event loop | seconds | p50 ms | p99 ms | max ms |")
    print("| --- | ---: | ---: | ---: | ---: |")
    phases = dict(watchdog.late_ms)
    phases["everything (target: p99 < 50, max < 250)"] = sum(phases.values(), [])  # noqa: RUF017
    for phase, late_ms in phases.items():
        if len(late_ms) < 2:
            continue
        ordered = sorted(late_ms)
        seconds = (sum(late_ms) + _DUE_EVERY_MS * len(late_ms)) / 1000.0
        p99 = ordered[min(len(ordered) - 1, round(0.99 * len(ordered)))]
        print(
            f"| {phase} | {seconds:.1f} | {statistics.median(ordered):.2f} | {p99:.1f} | "
            f"{ordered[-1]:.1f} |"
        )


@contextmanager
def _speeds_of_window(app: Application) -> Iterator[list[float]]:
    """Collect the words a second that the window's own run reports."""
    speeds: list[float] = []

    def collect(event: object) -> None:
        if isinstance(event, LossPoint):
            speeds.append(event.words_per_s)

    app.runners.training.event_ready.connect(collect)
    yield speeds
    app.runners.training.event_ready.disconnect(collect)


def _take_turns(app: Application, speeds: list[float], arguments: argparse.Namespace) -> None:
    """Compare the window's training, plot shown, with the engine alone on the same corpus."""
    from engine.training.trainer import train
    from tests.benchmarks.turns import StopWatch

    corpus = app.session.corpus
    assert corpus is not None
    clock = StopWatch()
    config = TrainConfig(recipe=arguments.recipe, epochs=_MOST_EPOCHS)
    model_config = ModelConfig(hidden_dim=arguments.hidden_dim, device="cpu")
    alone = train(corpus, model_config, config, RunControl(), clock=clock)
    ratios: dict[str, list[float]] = {"with its live plot": [], "on another tab": []}
    for turn in range(arguments.turns + 1):  # the first one warms up
        app.runners.training.pause()
        _spin(_SETTLE_S)  # the batch under way ends
        of_engine = _speed_alone(alone, clock, arguments.turn_seconds)
        app.runners.training.resume()
        for way, tab in (("with its live plot", _TRAINING_TAB), ("on another tab", _OTHER_TAB)):
            app.window.show_tab(tab)
            _spin(_SETTLE_S)  # the point that spans the change is left out
            speeds.clear()
            _spin_until(lambda: bool(speeds))
            _spin(arguments.turn_seconds)
            if turn:
                ratios[way].append(statistics.mean(speeds) / of_engine)
    for way, of_way in ratios.items():
        low, median, high = statistics.quantiles(of_way, n=4, method="inclusive")
        print(
            f"The window {way} costs {100.0 * (1.0 - median):.1f} % of the engine's words/s "
            f"(quartiles {100.0 * (1.0 - high):.1f} to {100.0 * (1.0 - low):.1f} %)."
        )
    print("Target: < 3 %.")


def _speed_alone(events: Iterator[object], clock: "StopWatch", seconds: float) -> float:
    """Return the words a second of the engine's own run over so long."""
    clock.go()
    end_s = clock() + seconds
    points: list[float] = []
    while not points or clock() < end_s:
        event = next(events)
        if isinstance(event, LossPoint):
            points.append(event.words_per_s)
    clock.halt()
    return statistics.mean(points)


def _button(app: Application, name: str) -> QPushButton:
    button = app.window.findChild(QPushButton, name)
    if button is None:
        raise RuntimeError(f"the window has no button {name}")
    return button


def _spin(seconds: float) -> None:
    """Run the event loop for so long."""
    loop = QEventLoop()
    QTimer.singleShot(round(1000.0 * seconds), loop.quit)
    loop.exec()


def _spin_until(is_done: Callable[[], bool]) -> None:
    """Run the event loop until it is done; a poll in it costs nothing that is measured."""
    end_s = time.perf_counter() + _PATIENCE_S
    loop = QEventLoop()
    timer = QTimer()

    def look() -> None:
        if is_done() or time.perf_counter() > end_s:
            loop.quit()

    timer.timeout.connect(look)
    timer.start(_LOOK_EVERY_MS)
    loop.exec()
    timer.stop()
    if not is_done():
        raise TimeoutError("the window did not get there")


if __name__ == "__main__":  # not in the processes that split text into words
    sys.exit(main())
