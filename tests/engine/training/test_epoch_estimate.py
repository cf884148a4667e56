"""The estimate of an epoch: what is measured, how it adds up, and how it ends early."""

import itertools
from pathlib import Path

import pytest
import torch

from engine.config import ModelConfig, Recipe, TrainConfig
from engine.control import Notice, RunControl, StageProgress
from engine.corpus.corpus import Corpus
from engine.errors import DeviceError
from engine.events import Event
from engine.training import epoch_estimate
from engine.training.epoch_estimate import estimate_epoch, sizes_to_measure, with_both_sides_of
from engine.training.events import EpochEstimate, EpochEstimated
from engine.training.steps import EpochSteps
from tests.engine.support.runs import animal_corpus

MODEL = ModelConfig(hidden_dim=6, device="cpu")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return animal_corpus(tmp_path_factory.mktemp("animals"))


def events_of(corpus: Corpus, config: TrainConfig, **more: object) -> list[Event]:
    return list(estimate_epoch(corpus, MODEL, config, RunControl(), seconds=0.0, **more))  # type: ignore[arg-type]


def estimate_of(corpus: Corpus, config: TrainConfig, **more: object) -> EpochEstimate:
    last = events_of(corpus, config, **more)[-1]
    assert isinstance(last, EpochEstimated)
    return last.estimate


@pytest.mark.parametrize(("recipe", "batch_size"), [("fast", 8), ("tutorial", 1)])
def test_that_an_epoch_is_measured_as_it_would_be_trained(
    corpus: Corpus, recipe: Recipe, batch_size: int
) -> None:
    config = TrainConfig(recipe=recipe, batch_size=8)

    estimate = estimate_of(corpus, config, sizes=(10, 18))

    assert (estimate.sizes, estimate.recipe, estimate.hidden_dim) == ((10, 18), recipe, 6)
    assert estimate.batch_size == batch_size
    assert estimate.steps == -(-len(corpus.training) // batch_size)
    assert all(seconds > 0.0 for seconds in estimate.seconds)


def test_that_steps_of_known_length_add_up_to_the_epoch(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each word takes a second to train on and nothing to evaluate."""
    now = [0.0]
    real_step = EpochSteps.step_on

    def step(self: EpochSteps, chosen: object) -> int | None:
        done = real_step(self, chosen)  # type: ignore[arg-type]
        now[0] += done or 0
        return done

    monkeypatch.setattr(EpochSteps, "step_on", step)

    estimate = estimate_of(corpus, TrainConfig(batch_size=4), sizes=(10, 18), clock=lambda: now[0])

    words = corpus.training.words_to_predict
    assert estimate.seconds == pytest.approx((words, words))


def test_that_the_tutorial_s_evaluation_of_the_training_text_is_counted(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Training takes no time here, an evaluation a second each."""
    now = [0.0]
    real = epoch_estimate.resting_loss

    def resting_loss(*args: object) -> object:
        yield from real(*args)  # type: ignore[arg-type]
        now[0] += 1.0

    monkeypatch.setattr(epoch_estimate, "resting_loss", resting_loss)
    estimates = {
        recipe: estimate_of(corpus, TrainConfig(recipe=recipe), sizes=(18,), clock=lambda: now[0])
        for recipe in ("fast", "tutorial")
    }

    held_out = corpus.validation.words_to_predict
    both = held_out + corpus.training.words_to_predict
    ratio = estimates["tutorial"].seconds[0] / estimates["fast"].seconds[0]
    assert ratio == pytest.approx(both / held_out, rel=0.35)  # measured on different samples


def test_that_the_corpus_and_its_ids_are_left_alone(corpus: Corpus) -> None:
    before = corpus.training.ids.copy()

    estimate_of(corpus, TrainConfig(), sizes=(5, 18, 40))

    assert (corpus.training.ids == before).all()


def test_that_each_size_is_announced(corpus: Corpus) -> None:
    events = events_of(corpus, TrainConfig(), sizes=(10, 18))

    stages = [event.stage for event in events if isinstance(event, StageProgress)]
    assert stages == ["Timing steps with 10 words", "Timing steps with 18 words"]


@pytest.mark.parametrize("events_before", [1, 2])
def test_that_a_stop_ends_the_measuring_without_a_result(
    corpus: Corpus, events_before: int
) -> None:
    control = RunControl()
    stream = estimate_epoch(corpus, MODEL, TrainConfig(), control, sizes=(10, 18), seconds=0.0)
    list(itertools.islice(stream, events_before))

    control.stop()

    assert list(stream) == []


def test_that_a_size_without_room_is_named_and_the_others_count(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    def rnn(size: int, *args: object, **more: object) -> object:
        if size > 20:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return epoch_estimate_rnn(size, *args, **more)  # type: ignore[arg-type]

    epoch_estimate_rnn = epoch_estimate.RNN
    monkeypatch.setattr(epoch_estimate, "RNN", rnn)

    events = events_of(corpus, TrainConfig(), sizes=(10, 5000))

    notices = [event.text for event in events if isinstance(event, Notice)]
    assert "5,000 words does not fit" in notices[0]
    assert isinstance(events[-1], EpochEstimated)
    assert events[-1].estimate.sizes == (10,)


def test_that_no_room_at_all_is_an_error_with_advice(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(EpochSteps, "step_on", lambda self, chosen: None)

    with pytest.raises(DeviceError, match="smaller batch or hidden size"):
        events_of(corpus, TrainConfig(), sizes=(10,))


@pytest.mark.parametrize(
    ("largest", "present", "sizes"),
    [
        (30_000, 8000, (1000, 6000, 16_000)),
        (60_000, 40_000, (1000, 14_000, 40_000)),
        (1500, 1500, (750, 1500)),
        (5, 5, (4, 5)),
    ],
)
def test_that_the_measured_sizes_span_what_the_text_has(
    largest: int, present: int, sizes: tuple[int, ...]
) -> None:
    assert sizes_to_measure(largest, present) == sizes


def test_that_a_corpus_without_held_out_documents_can_be_measured(tmp_path: Path) -> None:
    corpus = animal_corpus(tmp_path, documents=6, validation_fraction=0.0)

    assert estimate_of(corpus, TrainConfig(), sizes=(10,)).seconds[0] > 0.0


@pytest.mark.parametrize(
    ("sizes", "measured"),
    [
        ((1000, 6000, 16_000), (1000, 3999, 4000, 6000, 16_000)),
        ((1000, 2000), (1000, 2000)),
        ((4000, 8000), (4000, 8000)),
        ((500, 4000), (500, 3999, 4000)),
    ],
)
def test_that_both_sides_of_the_sampled_softmax_are_measured(
    sizes: tuple[int, ...], measured: tuple[int, ...]
) -> None:
    assert with_both_sides_of(4000, sizes) == measured
