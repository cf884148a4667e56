"""Small corpora, clocks and controls for the tests of training runs."""

import csv
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch

from engine.config import CorpusConfig, ModelConfig, TrainConfig
from engine.control import RunControl
from engine.corpus.corpus import Corpus
from engine.events import Event
from engine.network.rnn import RNN
from engine.training.trainer import train
from tests.engine.support.corpora import corpus_of

NOUNS = ("cat", "dog", "bird", "fox", "cow", "hen")
VERBS = ("sees", "likes", "hears", "finds")


def write_csv(path: Path, texts: Sequence[str]) -> Path:
    """Write one column named text, one document per row."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows([["text"], *([text] for text in texts)])
    return path


def animal_corpus(folder: Path, *, documents: int = 30, validation_fraction: float = 0.2) -> Corpus:
    """Return a prepared corpus of one or two short sentences a document."""
    random = np.random.default_rng(7)
    texts = []
    for number in range(documents):
        words = [random.choice(NOUNS), random.choice(VERBS), "the", random.choice(NOUNS)]
        end = "." if number % 3 else f" and the {random.choice(NOUNS)}. It runs."
        texts.append(f"The {' '.join(words)}{end}")
    path = write_csv(folder / "animals.csv", texts)
    config = CorpusConfig(
        path=path,
        vocabulary_size=18,
        min_count=1,
        validation_fraction=validation_fraction,
        processes=1,
    )
    return corpus_of(config)


def pairs_of(corpus: Corpus) -> tuple[list[list[int]], list[list[int]]]:
    """Return the training sentences as the tutorial's x and y."""
    training = corpus.training
    sequences = [training.sequence(k).tolist() for k in range(len(training))]
    return [each[:-1] for each in sequences], [each[1:] for each in sequences]


def loss_of(rnn: RNN, corpus: Corpus) -> float:
    """Return what a network loses on a word of the training sentences, in nats."""
    return rnn.calculate_loss(*pairs_of(corpus))


def parameters_of(event: Any) -> list[bytes]:
    """Return the numbers of the model that an event brings."""
    return [each.tobytes() for each in event.model.rnn.parameters_as_numpy()]


class ScriptedClock:
    """Seconds that pass only by `step_s` at each look, and when a test says so."""

    def __init__(self, step_s: float = 0.0) -> None:
        self.now_s = 100.0
        self._step_s = step_s

    def __call__(self) -> float:
        self.now_s += self._step_s
        return self.now_s


class StopsAfter(RunControl):
    """A control that asks to stop at its n-th `proceed`."""

    def __init__(self, calls: int) -> None:
        super().__init__()
        self._calls_left = calls

    def proceed(self) -> bool:
        """Return False from the n-th call on."""
        self._calls_left -= 1
        if self._calls_left <= 0:
            self.stop()
        return super().proceed()


class PausedOnce(RunControl):
    """A control that is paused at its first `proceed`, which takes `pause_s` of `clock`."""

    def __init__(self, clock: ScriptedClock, pause_s: float) -> None:
        super().__init__()
        self._clock, self._pause_s = clock, pause_s
        self.pause()

    def proceed(self) -> bool:
        """Let the pause pass, then go on."""
        if self.is_paused:
            self._clock.now_s += self._pause_s
            self.resume()
        return super().proceed()


def run(
    corpus: Corpus,
    *,
    control: RunControl | None = None,
    clock: Callable[[], float] | None = None,
    on_event: Callable[[Event], None] = lambda event: None,
    start_from: Any = None,
    model: dict[str, Any] | None = None,
    **settings: Any,
) -> list[Event]:
    """Train a small float64 network on the CPU and return all events."""
    defaults: dict[str, Any] = {"hidden_dim": 6, "dtype": "float64", "device": "cpu"}
    model_config = ModelConfig(**defaults | (model or {}))
    events: list[Event] = []
    for event in train(
        corpus,
        model_config,
        TrainConfig(**settings),
        RunControl() if control is None else control,
        start_from=start_from,
        clock=ScriptedClock() if clock is None else clock,
    ):
        events.append(event)
        on_event(event)
    return events


def of_type(events: list[Event], kind: type) -> list[Any]:
    """Return the events of one kind."""
    return [event for event in events if isinstance(event, kind)]


def following(events: list[Event], kind: type) -> list[Event]:
    """Return what comes directly after each event of one kind."""
    return [after for event, after in pairwise(events) if isinstance(event, kind)]


def autograd_gradients(
    U: Any, V: Any, W: Any, xs: Sequence[Sequence[int]], ys: Sequence[Sequence[int]]
) -> tuple[float, list[np.ndarray]]:
    """Differentiate a plain loop over sentences and words; nothing of ours is in it."""
    U, V, W = (torch.tensor(each, dtype=torch.float64, requires_grad=True) for each in (U, V, W))
    loss = torch.zeros((), dtype=torch.float64)
    for x, y in zip(xs, ys, strict=True):
        state = torch.zeros(len(W), dtype=torch.float64)
        for word, true_word in zip(x, y, strict=True):
            state = torch.tanh(U[:, word] + W @ state)
            loss = loss - torch.log_softmax(V @ state, 0)[true_word]
    loss.backward()  # type: ignore[no-untyped-call]
    return float(loss.detach()), [each.grad.numpy() for each in (U, V, W)]
