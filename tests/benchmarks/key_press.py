"""How long a key press takes in the real window until all that it changes is shown.

    python -m tests.benchmarks.key_press [--word-dim 8000]

Score, coloured sentence, table of words, what else could stand there, and the suggested letters:
each is waited for. The window is a process of its own, off the screen.
"""

import argparse
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from engine.config import SPECIAL_TOKENS
from engine.control import RunControl, StageProgress
from tests.benchmarks.data import made_up_words, typical_model
from tests.benchmarks.places import ROOT
from tests.benchmarks.rows import BenchmarkRow, Target, row

_HIDDEN = 256
_TARGET_WORD_DIM = 8000
_WORDS = 12  # typed before
_KEYS = 24  # measured in a round
_BETWEEN_S = 0.12  # a fast typist's
_LIMIT_S = 120.0
_NAME = "a key press in the window, until all is shown"


def measure_key_press(
    control: RunControl, *, word_dim: int, rounds: int, keys: int = _KEYS
) -> Iterator[StageProgress | BenchmarkRow]:
    """Type in a window of its own process; yield the row, or none after a stop."""
    if importlib.util.find_spec("PySide6") is None or importlib.util.find_spec("app") is None:
        note = "PySide6 is not installed"
        yield BenchmarkRow(group="window", name=_NAME, unit="ms", value=None, note=note)
        return
    times_ms: list[float] = []
    for number in range(rounds):
        yield StageProgress(stage="Typing", done=number, total=rounds, unit="rounds")
        if not control.proceed():
            return
        typed = _typed(word_dim, keys)
        if typed is None:
            note = "the window did not answer here"
            yield BenchmarkRow(group="window", name=_NAME, unit="ms", value=None, note=note)
            return
        times_ms.append(sorted(typed)[len(typed) // 2])
    yield row(
        "window",
        _NAME,
        "ms",
        times_ms,
        target=Target(bound=50.0, is_least=False) if word_dim == _TARGET_WORD_DIM else None,
        hidden_dim=_HIDDEN,
        note=f"score, colours, tables and suggestion; median of {keys} keys per round",
    )


def _typed(word_dim: int, keys: int) -> list[float] | None:
    """Return how long each key took, in ms; None if the window fails."""
    sizes = ["--word-dim", str(word_dim), "--keys", str(keys)]
    command = [sys.executable, "-m", __spec__.name, *sizes]
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    try:
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=_LIMIT_S,
            check=True,
        )  # fmt: skip
        return [float(each) for each in json.loads(done.stdout.splitlines()[-1])]
    except (OSError, subprocess.SubprocessError, ValueError, IndexError):
        return None


def type_keys(word_dim: int, keys: int, folder: Path) -> list[float]:
    """Open a window, type a sentence, and return how long each of the last keys took, in ms."""
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication, QCheckBox, QLineEdit, QPushButton, QTableView

    from app.application import build_window

    qt = QApplication.instance() or QApplication(sys.argv[:1])
    app = build_window(folder / "settings.ini")
    runners = (app.runners.scoring, app.runners.next_words, app.runners.suggestions)

    def live() -> None:
        qt.processEvents()
        time.sleep(0.0005)  # as an event loop that waits: the workers need the lock meanwhile

    def settle(seconds: float = 0.0) -> None:
        end = time.perf_counter() + seconds
        qt.processEvents()
        while time.perf_counter() < end or any(runner.is_busy for runner in runners):
            live()
        qt.processEvents()

    app.window.show()
    app.window.show_tab(2)
    app.session.set_model(typical_model(word_dim, _HIDDEN))
    line = app.window.findChild(QLineEdit, "generation.sentence_edit")
    ready = app.window.findChild(QPushButton, "generation.pin_button")
    tick = app.window.findChild(QCheckBox, "generation.suggest_check")
    table = app.window.findChild(QTableView, "generation.word_table")
    if line is None or ready is None or tick is None or table is None:
        raise LookupError("the window has other widgets by now")
    tick.setChecked(True)
    app.window.activateWindow()
    line.setFocus()
    words = made_up_words(word_dim - SPECIAL_TOKENS)
    text = " ".join(words[k * 37 % len(words)] for k in range(_WORDS + keys))
    begun = sum(len(word) + 1 for word in text.split()[:_WORDS])
    line.setText(text[:begun])
    settle(0.5)
    table.selectRow(_WORDS - 1)
    settle(0.5)
    times_ms = []
    for letter in text[begun : begun + keys]:
        begin_s = time.perf_counter()
        QTest.keyClicks(line, letter)
        while not ready.isEnabled():
            live()
        settle()
        times_ms.append(1000.0 * (time.perf_counter() - begin_s))
        settle(_BETWEEN_S)
    app.shutdown()
    return times_ms


def main() -> int:
    """Type, and write the times as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--word-dim", type=int, default=_TARGET_WORD_DIM, metavar="C")
    parser.add_argument("--keys", type=int, default=_KEYS, metavar="N")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="rnn-text-lab-") as folder:
        times_ms = type_keys(arguments.word_dim, arguments.keys, Path(folder))
    sys.stdout.write(json.dumps([round(each, 2) for each in times_ms]) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
