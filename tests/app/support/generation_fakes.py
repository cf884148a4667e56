"""A model, a sampler and a scorer without PyTorch, and the tab wired to them."""

import math
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from app.errors import ErrorPresenter, Message
from app.generation.background.controllers import BackgroundControllers
from app.generation.background.next_words import NextWordsController
from app.generation.background.scoring import ScoringController
from app.generation.background.suggestions import SuggestionsController
from app.generation.controller import GenerationController
from app.generation.tab import GenerationTab
from app.jobs import Jobs
from app.session import Session
from app.settings import SettingsStore
from app.tasks.controller import Surroundings
from app.tasks.task_runner import TaskRunner
from engine import (
    NextWord,
    NextWords,
    RunControl,
    SampleConfig,
    SentenceGenerated,
    SentenceScore,
    SentenceScored,
    TokenizerConfig,
    WordScore,
)
from tests.app.support.runs_fakes import FakeRuns
from tests.app.support.widgets import child
from tests.patience import HANGS_AFTER_S

UNKNOWN = ("glads", "frobnicate")
ChildT = TypeVar("ChildT", bound=QObject)


def fake_model(*, epoch: float = 2.4, step: int = 1204, language: str = "en") -> Any:
    return SimpleNamespace(
        title=f"comments, 100 hidden units, epoch {epoch:g}",
        description=f"A network trained for {epoch:g} epochs.",
        summary=SimpleNamespace(
            name="comments.csv",
            training_words=60_000,
            vocabulary_size=8000,
            digest="ab" * 32,
            different_words=9000,
        ),
        epoch=epoch,
        step=step,
        word_dim=8000,
        mixture=None,
        vocabulary=SimpleNamespace(words=("SENTENCE_START", "SENTENCE_END", "so", "UNKNOWN_TOKEN")),
        reading=SimpleNamespace(config=TokenizerConfig(language=language)),
    )


def sentence(number: int = 1, text: str = "I think so.", **changes: Any) -> SentenceGenerated:
    values: dict[str, Any] = {
        "number": number,
        "text": text,
        "words": ("i", "think", "so", "."),
        "log_probability": -20.0 - number,
        "is_cut": False,
        "seed": 77,
    }
    return SentenceGenerated(**(values | changes))


def fake_generate(model: Any, config: SampleConfig, control: RunControl) -> Iterator[Any]:
    for number in range(1, config.count + 1):
        if not control.proceed():
            return
        yield sentence(number, f"Sentence {number}.", seed=config.seed or 77)


def generate_alike(model: Any, config: SampleConfig, control: RunControl) -> Iterator[Any]:
    """Yield sentences of which each says its words."""
    for number in range(1, config.count + 1):
        yield sentence(number, "I think so.", seed=config.seed or 77)


def generate_until_stopped(model: Any, config: SampleConfig, control: RunControl) -> Iterator[Any]:
    """Yield one sentence and then wait for the stop."""
    yield sentence()
    control.pause()
    assert not control.proceed()


def fake_score(model: Any, text: str, control: RunControl, words: Any = None) -> Iterator[Any]:
    """Score each word with 3 bits plus the model's epoch."""
    bits = 3.0 + model.epoch
    words = tuple(word_score(word, bits) for word in [*text.split(), "SENTENCE_END"])
    yield SentenceScored(
        score=sentence_score(
            text,
            words=words,
            log_probability=-bits * len(words) * math.log(2.0),
            perplexity=2.0**bits,
            bits_per_word=bits,
            unknown_words=tuple(word.word for word in words if not word.is_known),
        )
    )


def word_score(word: str, bits: float = 4.0, rank: int = 12) -> WordScore:
    return WordScore(
        word=word,
        shown=word,
        is_known=word not in UNKNOWN,
        probability=2.0**-bits,
        log_probability=-bits * math.log(2.0),
        bits=bits,
        rank=rank,
    )


def sentence_score(text: str = "so it is", **changes: Any) -> SentenceScore:
    values: dict[str, Any] = {
        "text": text,
        "words": (),
        "parts": (),
        "log_probability": -1.0,
        "probability": 0.0,
        "perplexity": 50.0,
        "bits_per_word": 5.6,
        "unknown_words": (),
        "known_log_probability": -1.0,
        "known_perplexity": 50.0,
    }
    return SentenceScore(**(values | changes))


def fake_next_words(
    model: Any, settings: SampleConfig, count: int, word: str = ""
) -> Iterator[NextWords]:
    """Let "so", "not", the end and the unknown word follow, whatever stands before."""
    start = settings.start
    before = tuple(start.split()) if isinstance(start, str) else start
    shares = (("so", 0.5), ("not", 0.3), ("SENTENCE_END", 0.15), ("UNKNOWN_TOKEN", 0.05))
    words = tuple(
        NextWord(
            word=word,
            shown={"SENTENCE_END": "end of sentence"}.get(word, word),
            rank=rank,
            probability=share,
            log_probability=math.log(share),
            drawn_with=share / 0.8 if settings.top_k is None or rank <= settings.top_k else 0.0,
        )
        for rank, (word, share) in enumerate(shares, start=1)
    )
    yield NextWords(
        words_before=before,
        unknown_words=tuple(word for word in before if word in UNKNOWN),
        words=words[:count],
        log_probability_before=-3.0,
        entropy_bits=1.6,
        left_by_filters=settings.top_k or model.word_dim - 2,
        vocabulary_size=model.word_dim,
        settings=settings,
    )


class GatedScore:
    """A scorer that waits in the worker until it is let through, and notes its texts."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.controls: list[RunControl] = []
        self._gate = threading.Semaphore(0)

    def let_through(self, count: int = 1) -> None:
        self._gate.release(count)

    def __call__(self, model: Any, text: str, control: RunControl) -> Iterator[Any]:
        self.texts.append(text)
        self.controls.append(control)
        assert self._gate.acquire(timeout=HANGS_AFTER_S)
        yield from fake_score(model, text, control)


class FakeClock:
    """Seconds that pass only when told."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


@dataclass
class GenerationBench:
    """The generation tab with its controllers, a session and the messages shown."""

    tab: GenerationTab
    session: Session
    runner: TaskRunner
    score_runner: TaskRunner
    settings: SettingsStore
    clock: FakeClock
    generation: GenerationController
    scoring: ScoringController
    next_words: NextWordsController
    next_runner: TaskRunner
    suggestions: SuggestionsController
    suggestions_runner: TaskRunner
    background: BackgroundControllers
    runners: dict[str, TaskRunner]  # of the background
    messages: list[Message] = field(default_factory=list)

    def find(self, kind: type[ChildT], role: str) -> ChildT:
        return child(self.tab, kind, f"generation.{role}")

    def text_of(self, role: str) -> str:
        return self.find(QWidget, role).text()  # type: ignore[attr-defined, no-any-return]


def make_bench(
    settings_path: Path, *, save_path: Path | None = None, **jobs_of_test: Any
) -> GenerationBench:
    tab, session, presenter = GenerationTab(), Session(), ErrorPresenter()
    runner, score_runner, next_runner = TaskRunner(), TaskRunner(), TaskRunner()
    runners = {name: TaskRunner() for name in BackgroundControllers.names()}
    suggestions_runner = TaskRunner()
    clock = FakeClock()
    settings = SettingsStore(settings_path)
    silent = ("complete", "find_copies", "best_replacement", "score_held_out", "score_by_table")
    usual: dict[str, Any] = dict.fromkeys(silent, lambda *_: iter(())) | {
        "generate": fake_generate,
        "score": fake_score,
        "next_words": fake_next_words,
        "ask_sentences_path": lambda _suggested: save_path,
    }
    jobs = Jobs(runs=FakeRuns(), **(usual | jobs_of_test))
    around = Surroundings(
        session=session, presenter=presenter, settings=settings, jobs=jobs, parent=tab
    )
    bench = GenerationBench(
        tab=tab,
        session=session,
        runner=runner,
        score_runner=score_runner,
        settings=settings,
        clock=clock,
        generation=GenerationController(tab, runner, around),
        scoring=ScoringController(tab, score_runner, around, clock=clock),
        next_words=NextWordsController(tab, next_runner, around, clock=clock),
        next_runner=next_runner,
        suggestions=SuggestionsController(tab, suggestions_runner, around, clock=clock),
        suggestions_runner=suggestions_runner,
        background=BackgroundControllers.make(tab, runners, around),
        runners=runners,
    )
    presenter.message_requested.connect(bench.messages.append)
    presenter.setParent(tab)
    return bench
