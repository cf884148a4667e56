"""The speed of drawing and of scoring sentences, and the time to the first window."""

import importlib.util
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from engine.config import SPECIAL_TOKENS, CsvConfig, SampleConfig
from engine.control import RunControl, StageProgress
from engine.language_model.model import LanguageModel
from engine.language_model.results import FileScored, SentenceGenerated
from engine.sampling.next_words import next_words
from engine.sampling.sampler import generate
from engine.scoring.scored_file import score_file
from engine.scoring.scorer import score
from tests.benchmarks.data import made_up_words, typical_model
from tests.benchmarks.places import ROOT
from tests.benchmarks.rows import BenchmarkRow, Target, row

_TARGET_WORD_DIM = 8000
_SAMPLING_HIDDEN, _SCORING_HIDDEN = 100, 256
_SENTENCES = 256  # in one call
_SCORED_WORDS = 20
_NEXT_WORDS = 200  # rows of the window's table
_ROWS = 4000  # of a table to score
_SCORINGS = 25  # a round
_WINDOW_LIMIT_S = 60.0

# A program of its own: nothing of this process may be loaded there. It writes a word
# once the window is on the screen: whether torch or nltk was loaded for that.
_SHOW_WINDOW = """
import sys
from pathlib import Path
from PySide6.QtWidgets import QApplication
from app.application import build_window
qt = QApplication(sys.argv[:1])
app = build_window(Path(sys.argv[1]) / "settings.ini")
app.window.show()
while not app.window.windowHandle().isExposed():
    qt.processEvents()
qt.processEvents()
sys.stdout.write("heavy\\n" if {"torch", "nltk"} & set(sys.modules) else "light\\n")
sys.stdout.flush()
app.shutdown()
"""


def measure_sampling(
    control: RunControl, *, word_dim: int, rounds: int, is_quick: bool
) -> Iterator[StageProgress | BenchmarkRow]:
    """Draw sentences as long as real ones; yield the rows, or none after a stop."""
    stage = f"Drawing sentences from a network of {_SAMPLING_HIDDEN}"
    model = typical_model(word_dim, _SAMPLING_HIDDEN)
    count = _SENTENCES // 8 if is_quick else _SENTENCES
    first_ms: list[float] = []
    speeds: list[float] = []
    _draw(model, 1, 0, control)  # warms up
    for number in range(rounds):
        yield StageProgress(stage=stage, done=number, total=rounds, unit="rounds")
        begin_s = time.perf_counter()
        arrived_s = _draw(model, count, number, control)
        if control.is_stopped:
            return
        first_ms.append(1000.0 * (arrived_s[0] - begin_s))
        speeds.append(len(arrived_s) / (arrived_s[-1] - begin_s))
    has_targets = word_dim == _TARGET_WORD_DIM and not is_quick
    yield row(
        "text",
        f"drawing {count} sentences in batches",
        "sentences/s",
        speeds,
        target=Target(bound=500.0) if has_targets else None,
        hidden_dim=_SAMPLING_HIDDEN,
        note="20 words on average, on the CPU",
    )
    yield row(
        "text",
        "the first sentence of them",
        "ms",
        first_ms,
        target=Target(bound=50.0, is_least=False) if has_targets else None,
        hidden_dim=_SAMPLING_HIDDEN,
    )


def _draw(model: LanguageModel, count: int, seed: int, control: RunControl) -> list[float]:
    """Return when each sentence came."""
    config = SampleConfig(count=count, seed=seed)
    return [
        time.perf_counter()
        for event in generate(model, config, control)
        if isinstance(event, SentenceGenerated)
    ]


def measure_scoring(
    control: RunControl, *, word_dim: int, rounds: int
) -> Iterator[StageProgress | BenchmarkRow]:
    """Score one typed sentence again and again; yield the rows, or none after a stop."""
    stage = f"Scoring a sentence with a network of {_SCORING_HIDDEN}"
    model = typical_model(word_dim, _SCORING_HIDDEN)
    words = made_up_words(word_dim - SPECIAL_TOKENS)
    text = " ".join(words[k * len(words) // _SCORED_WORDS] for k in range(_SCORED_WORDS))
    _score(model, text)  # warms up
    times_s: list[float] = []
    for number in range(rounds):
        yield StageProgress(stage=stage, done=number, total=rounds, unit="rounds")
        if not control.proceed():
            return
        begin_s = time.perf_counter()
        for _ in range(_SCORINGS):
            _score(model, text)
        times_s.append((time.perf_counter() - begin_s) / _SCORINGS)
    yield row(
        "text",
        f"scoring a typed sentence of {_SCORED_WORDS} words",
        "ms",
        [1000.0 * time_s for time_s in times_s],
        target=Target(bound=20.0, is_least=False) if word_dim == _TARGET_WORD_DIM else None,
        hidden_dim=_SCORING_HIDDEN,
    )
    yield row(
        "text",
        "scoring such sentences",
        "sentences/s",
        [1.0 / time_s for time_s in times_s],
        hidden_dim=_SCORING_HIDDEN,
    )


def measure_next_words(
    control: RunControl, *, word_dim: int, rounds: int
) -> Iterator[StageProgress | BenchmarkRow]:
    """Ask again and again what could follow some words, as the window does at a key press."""
    stage = f"Asking a network of {_SCORING_HIDDEN} for the next word"
    model = typical_model(word_dim, _SCORING_HIDDEN)
    words = made_up_words(word_dim - SPECIAL_TOKENS)
    start = tuple(words[k * len(words) // _SCORED_WORDS] for k in range(_SCORED_WORDS))
    settings = SampleConfig(start=start, top_p=0.9)
    next_words(model, settings, _NEXT_WORDS)  # warms up
    times_s: list[float] = []
    for number in range(rounds):
        yield StageProgress(stage=stage, done=number, total=rounds, unit="rounds")
        if not control.proceed():
            return
        begin_s = time.perf_counter()
        for _ in range(_SCORINGS):
            next_words(model, settings, _NEXT_WORDS)
        times_s.append((time.perf_counter() - begin_s) / _SCORINGS)
    yield row(
        "text",
        f"the {_NEXT_WORDS} likeliest words after {_SCORED_WORDS}",
        "ms",
        [1000.0 * time_s for time_s in times_s],
        target=Target(bound=50.0, is_least=False) if word_dim == _TARGET_WORD_DIM else None,
        hidden_dim=_SCORING_HIDDEN,
        note="raw and after top-p",
    )


def _score(model: LanguageModel, text: str) -> None:
    for _ in score(model, text):
        pass


def measure_file_scoring(
    control: RunControl, *, word_dim: int, is_quick: bool
) -> Iterator[StageProgress | BenchmarkRow]:
    """Score the rows of a table into a new one; yield the row, or none after a stop."""
    stage = "Scoring a file"
    model = typical_model(word_dim, _SAMPLING_HIDDEN)
    words = made_up_words(word_dim - SPECIAL_TOKENS)
    count = _ROWS // 8 if is_quick else _ROWS
    with tempfile.TemporaryDirectory(prefix="rnn-text-lab-") as folder:
        source, target = Path(folder) / "rows.csv", Path(folder) / "scored.csv"
        random = np.random.default_rng(0)
        lines = (
            " ".join(words[k] for k in random.integers(len(words), size=_SCORED_WORDS))
            for _ in range(count)
        )
        source.write_text("text\n" + "\n".join(lines) + "\n", encoding="utf-8")
        yield StageProgress(stage=stage, done=0, total=1, unit="rounds")
        begin_s = time.perf_counter()
        *_, done = score_file(model, source, CsvConfig(columns=("text",)), target, control)
        seconds = time.perf_counter() - begin_s
    if not isinstance(done, FileScored):
        return
    yield row(
        "text",
        f"scoring {count:,} rows of {_SCORED_WORDS} words into a new CSV",
        "rows/s",
        [done.rows / seconds],
        hidden_dim=_SAMPLING_HIDDEN,
        note="512 rows in memory at once, on the CPU",
    )


def measure_window(control: RunControl, *, rounds: int) -> Iterator[StageProgress | BenchmarkRow]:
    """Start the program off the screen and wait until its window is shown."""
    name = "from starting the process to the window"
    if importlib.util.find_spec("PySide6") is None or importlib.util.find_spec("app") is None:
        yield BenchmarkRow(
            group="window", name=name, unit="s", value=None, note="PySide6 is not installed"
        )
        return
    times_s: list[float] = []
    is_light = True
    for number in range(rounds + 1):  # the first one reads the files from the disk
        yield StageProgress(stage="Opening a window", done=number, total=rounds + 1, unit="rounds")
        if not control.proceed():
            return
        with tempfile.TemporaryDirectory(prefix="rnn-text-lab-") as folder:
            shown, seconds = _show_window(folder)
        if not shown:
            note = "the window did not open here"
            yield BenchmarkRow(group="window", name=name, unit="s", value=None, note=note)
            return
        is_light = is_light and shown == "light"
        if number:
            times_s.append(seconds)
    loaded = "before torch and nltk are loaded" if is_light else "torch or nltk is loaded before"
    yield row("window", name, "s", times_s, target=Target(bound=1.0, is_least=False), note=loaded)


def _show_window(folder: str) -> tuple[str, float]:
    """Return the word that the program writes, "" if it fails, and when it came."""
    begin_s = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-c", _SHOW_WINDOW, folder],
        cwd=ROOT,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with process:
        assert process.stdout is not None
        shown = process.stdout.readline().strip()
        return shown, time.perf_counter() - begin_s
