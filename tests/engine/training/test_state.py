"""What is taken down of a run, and what it goes on as; its file is in `test_state_file`."""

import tracemalloc
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
import torch

from engine.config import TrainConfig
from engine.corpus.corpus import Sentences
from engine.files import spool
from engine.training.optimizers import MEAN
from engine.training.state import (
    PARAMETERS,
    Tensors,
    TrainingState,
    sentence_order,
    started_over,
    text_digest,
    with_settings,
)
from tests.engine.support.models import corpus_summary
from tests.engine.support.runs import animal_corpus


class TwoParts:
    """A corpus of nothing but the words to train and to evaluate on."""

    def __init__(self, training: Sentences, validation: Sentences) -> None:
        self.training, self.validation = training, validation


def digest(training: Sentences) -> str:
    parts: Any = TwoParts(training, training)
    return text_digest(parts)


def test_that_the_digest_of_a_text_needs_no_copy_of_it() -> None:
    words = 1_000_000
    sentences = Sentences(
        ids=np.zeros(words, np.int32), offsets=np.arange(0, words + 1, 10, np.int64)
    )

    tracemalloc.start()
    try:
        digest(sentences)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert peak < 100_000


def test_that_the_digest_does_not_depend_on_the_layout_in_memory(tmp_path: Path) -> None:
    sentences = animal_corpus(tmp_path).training
    spread = np.repeat(sentences.ids.astype(">i8"), 2)[::2]

    assert digest(Sentences(ids=spread, offsets=sentences.offsets)) == digest(sentences)


def test_that_the_digest_of_a_text_is_that_in_the_files_of_earlier_runs() -> None:
    ids, offsets = np.array([0, 2, 1, 0, 1], np.int32), np.array([0, 3, 5], np.int64)

    assert digest(Sentences(ids=ids, offsets=offsets)) == "871103a3b9ccfdbdfb91b2c3cdad6b7c"


def test_that_one_other_word_gives_another_digest(tmp_path: Path) -> None:
    sentences = animal_corpus(tmp_path).training
    other = sentences.ids.copy()
    other[5] += 1

    assert digest(Sentences(ids=other, offsets=sentences.offsets)) != digest(sentences)


@pytest.mark.parametrize("has_room", [True, False])
def test_that_the_order_of_many_sentences_is_that_of_few_but_lies_in_a_file(
    has_room: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    config = TrainConfig(seed=3)
    few = sentence_order(config, 2, 300_000)
    monkeypatch.setattr(spool, "_MANY_NUMBERS", 1000)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path if has_room else tmp_path / "missing"))

    monkeypatch.setattr(spool, "_NUMBERS_AT_ONCE", 1000)
    tracemalloc.start()
    try:
        many = sentence_order(config, 2, 300_000)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    np.testing.assert_array_equal(many, few)
    assert (peak < many.nbytes) == has_room
    assert list(tmp_path.iterdir()) == []


def test_that_every_seed_and_epoch_has_an_order_of_its_own_but_in_the_tutorial() -> None:
    in_file = list(range(50))
    orders = [
        sentence_order(TrainConfig(recipe="fast", seed=seed), epoch, 50).tolist()
        for seed in (0, 1)
        for epoch in (1, 2)
    ]

    assert len({tuple(each) for each in [*orders, in_file]}) == 5
    assert all(sorted(each) == in_file for each in orders)
    assert sentence_order(TrainConfig(recipe="tutorial"), 2, 50).tolist() == in_file


@pytest.mark.parametrize(
    ("epoch", "sentences_done", "of", "part_before", "epochs"),
    [
        (0, 0, 8, 0.0, 0.0),  # the first look at the text is not done
        (1, 0, 8, 0.0, 0.0),
        (1, 2, 8, 0.0, 0.25),
        (3, 8, 8, 0.0, 3.0),
        (3, 2, 8, 0.5, 2.75),
        (2, 1, 1, 0.0, 2.0),
        (2, 0, 0, 0.0, 1.0),
    ],
)
def test_that_epochs_are_counted_with_the_part_of_the_one_under_way(
    state: TrainingState,
    epoch: int,
    sentences_done: int,
    of: int,
    part_before: float,
    epochs: float,
) -> None:
    progress = replace(
        state.progress, epoch=epoch, sentences_done=sentences_done, epoch_part_before=part_before
    )
    summary = corpus_summary(training_sentences=of)

    assert replace(state, progress=progress, summary=summary).epochs_done == epochs


def test_that_the_best_model_is_as_old_as_its_evaluation(state: TrainingState) -> None:
    bests = [done for done in state.history.evaluations if done.is_best]
    assert len(bests) > 1

    best = state.model("best")

    assert (best.step, best.epoch) == (bests[-1].step, bests[-1].epoch)


def test_that_best_numbers_without_an_evaluation_are_as_old_as_the_run(
    state: TrainingState,
) -> None:
    unjudged = replace(state, history=state.history.until(-1.0))

    assert unjudged.model("best").step == state.progress.step


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize(
    ("which", "is_averaged", "holds"),
    [("last", False, 0.0), ("last", True, 1.0), ("best", False, 2.0), ("best", True, 2.0)],
)
def test_that_a_model_has_the_very_numbers_that_are_asked_for(
    state: TrainingState,
    which: Literal["last", "best"],
    is_averaged: bool,
    holds: float,
    dtype: torch.dtype,
) -> None:
    def raised(by: float) -> Tensors:
        return {name: each.to(dtype) + by for name, each in state.parameters.items()}

    means = {f"{k}.{MEAN}": raised(1.0)[name] for k, name in enumerate(PARAMETERS)}
    three = replace(
        state, parameters=raised(0.0), optimizer=means if is_averaged else {}, best=raised(2.0)
    )

    found = three.model(which).rnn.parameters()

    for mine, theirs in zip(found, raised(holds).values(), strict=True):
        assert mine.dtype == dtype
        assert torch.equal(mine, theirs)


@pytest.mark.parametrize(
    ("limit_s", "more_s", "expected_s"),
    [
        (None, None, None),
        (10.0, None, 10.0),  # 3 s are spent
        (3.0, None, 6.0),
        (2.0, None, 5.0),
        (10.0, 5.0, 8.0),
        (None, 5.0, 8.0),
    ],
)
def test_that_a_limit_counts_from_now_on_where_it_is_over_or_given_anew(
    state: TrainingState, limit_s: float | None, more_s: float | None, expected_s: float | None
) -> None:
    config = replace(state.train_config, time_limit_s=limit_s)
    spent = replace(state.progress, before_s=1.0, elapsed_s=4.0)

    on = with_settings(
        replace(state, train_config=config, progress=spent), epochs=7, time_limit_s=more_s
    )

    assert on.train_config == replace(config, epochs=7, time_limit_s=expected_s)
    assert on.progress == spent


def test_that_a_run_starts_over_with_nothing_of_the_epoch_under_way(state: TrainingState) -> None:
    under_way: dict[str, Any] = {
        "sentences_done": 5,
        "epoch_loss": 99.0,
        "epoch_words": 40,
        "epoch_s": 7.0,
    }
    judged = replace(state.progress, epoch=2, best_error=0.2)
    lost = replace(judged, **under_way, previous_loss=9.0, previous_error=0.9)
    nothing: dict[str, Any] = dict.fromkeys(under_way, 0)

    over = started_over(replace(state, progress=lost), state.model("best"), 0.25)

    assert over.progress == replace(
        judged,
        **nothing,
        learning_rate=0.25,
        first_rate=0.25,
        previous_loss=judged.best_loss,
        previous_error=judged.best_error,
    )
    assert over.train_config == replace(state.train_config, learning_rate=0.25)
    assert over.history == state.history.until(1.0)


def test_that_a_run_starts_over_with_the_numbers_of_the_good_model(state: TrainingState) -> None:
    good = state.model("best")

    over = started_over(state, good, 0.25)

    for values in (over.parameters, over.best):
        assert all(map(torch.equal, values.values(), good.rnn.parameters()))
    assert over.optimizer == {}
    assert started_over(replace(state, best={}), good, 0.25).best == {}
