"""How long a frame takes while 200,000 sentences scroll through the real table.

    python -m tests.benchmarks.scrolling [--rows 200000] [--frames 300] [--promise cpu]

The real dataset tab runs off the screen and shows a real corpus. Scrolled is with the
wheel, page by page with the keyboard, and to places at random as with the slider. A frame
is all from the event to the painted table. Printed are the time that a person waits and
the processor time, which alone means something on a machine that does other work. Ends
with an error if one frame in a hundred takes longer than 1/30 s.
"""

import argparse
import csv
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.engine.support.corpora import corpus_of

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QTableView

from app.dataset.tab import DatasetTab
from app.shared.theme import Theme
from engine import Corpus, CorpusConfig
from tests.benchmarks.large_csv import sentences_of_reviews

_FRAME_S = 1 / 30
_WHEEL_STEP = 120  # eighths of a degree
_WINDOW = (1280, 860)
_CLOCKS: dict[str, Callable[[], float]] = {"waited": time.perf_counter, "cpu": time.process_time}


class _Painted(QObject):
    """Notes whether what it watches was painted."""

    _was_painted = False

    def take(self) -> bool:
        was_painted, self._was_painted = self._was_painted, False
        return was_painted

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self._was_painted |= event.type() is QEvent.Type.Paint
        return False


def main() -> int:
    """Scroll and print; return 1 if it is not smooth."""
    options = _arguments()
    qt = QApplication(sys.argv[:1])
    theme = Theme(qt)
    theme.choose("light")
    tab = DatasetTab()
    theme.put_on()
    tab.resize(*_WINDOW)
    tab.show()
    corpus = _corpus_of(options.rows)
    began_s = time.perf_counter()
    tab.show_corpus(corpus)
    qt.processEvents()
    table = tab.findChild(QTableView, "dataset.sentence_table")
    assert table is not None
    shown_s = time.perf_counter() - began_s
    print(f"{table.model().rowCount():,} sentences; shown after {1000 * shown_s:.0f} ms")
    print(
        f"{'ms a frame':<24} {'waited: p50':>11} {'p99':>7} {'max':>7} {'cpu: p50':>11} {'p99':>7}"
    )
    slowest_s = 0.0
    chance = random.Random(0)
    for name, scroll in (
        ("with the wheel", lambda: _turn_wheel(table)),
        ("page by page", lambda: _press(table, Qt.Key.Key_PageDown)),
        ("with the slider", lambda: _move_slider(table, chance)),
    ):
        times = _frames(table, scroll, options.frames)
        waited, cpu = sorted(times["waited"]), sorted(times["cpu"])
        slowest_s = max(slowest_s, _ms(sorted(times[options.promise]), 0.99) / 1000)
        print(
            f"{name:<24} {_ms(waited, 0.5):11.1f} {_ms(waited, 0.99):7.1f} {_ms(waited, 1.0):7.1f} "
            f"{_ms(cpu, 0.5):11.1f} {_ms(cpu, 0.99):7.1f}",
            flush=True,
        )
    print(f"Promised: 30 frames per second, {1000 * _FRAME_S:.0f} ms each.")
    tab.close()
    return int(slowest_s > _FRAME_S)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--frames", type=int, default=300, help="of each way of scrolling")
    parser.add_argument("--promise", choices=tuple(_CLOCKS), default="waited", help="that is kept")
    return parser.parse_args()


def _corpus_of(rows: int) -> Corpus:
    """Return a corpus of so many rows, each a sentence or more of the film reviews."""
    pool = list(sentences_of_reviews())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["text"])
            writer.writerows([pool[number % len(pool)]] for number in range(rows))
        return corpus_of(CorpusConfig(path=path))


def _frames(table: QTableView, scroll: Callable[[], None], count: int) -> dict[str, list[float]]:
    """Return the seconds of each frame by clock; scrolling begins at the top."""
    table.setFocus()
    table.scrollToTop()
    table.setCurrentIndex(table.model().index(0, 0))
    QApplication.processEvents()
    painted = _Painted(table)
    table.viewport().installEventFilter(painted)
    times: dict[str, list[float]] = {name: [] for name in _CLOCKS}
    for _ in range(count):
        began = {name: clock() for name, clock in _CLOCKS.items()}
        scroll()
        QApplication.processEvents()
        for name, clock in _CLOCKS.items():
            times[name].append(clock() - began[name])
        assert painted.take(), "the table was not painted"
    table.viewport().removeEventFilter(painted)
    return times


def _turn_wheel(table: QTableView) -> None:
    middle = QPointF(table.viewport().rect().center())
    event = QWheelEvent(
        middle,
        QPointF(table.viewport().mapToGlobal(middle.toPoint())),
        QPoint(),
        QPoint(0, -_WHEEL_STEP),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,  # not inverted
    )
    QApplication.sendEvent(table.viewport(), event)


def _press(table: QTableView, key: Qt.Key) -> None:
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        QApplication.sendEvent(table, QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier))


def _move_slider(table: QTableView, chance: random.Random) -> None:
    bar = table.verticalScrollBar()
    place = chance.randrange(bar.maximum())
    bar.setSliderPosition(place if place != bar.value() else place + 1)


def _ms(ordered: list[float], share: float) -> float:
    """Return the value below which a share of the values is, milliseconds."""
    return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


if __name__ == "__main__":  # not in the processes that split text into words
    sys.exit(main())
