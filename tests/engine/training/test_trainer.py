"""A training run as its events tell it: their order, their numbers, and the two recipes."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.corpus.corpus import Corpus
from engine.language_model.history import EpochDone, LossPoint, RateHalved
from engine.network.reference import RNNNumpy
from engine.network.rnn import RNN
from engine.training.events import RunEnded, SnapshotPublished, TrainingStarted
from tests.engine.support.runs import (
    ScriptedClock,
    animal_corpus,
    loss_of,
    of_type,
    pairs_of,
    parameters_of,
    run,
)


def test_that_events_come_in_the_order_of_the_contract(corpus: Corpus) -> None:
    events = run(corpus, recipe="tutorial", epochs=2)

    assert [type(event) for event in events] == [
        TrainingStarted,
        *(EpochDone, SnapshotPublished),
        *(LossPoint, EpochDone, SnapshotPublished) * 2,
        *(SnapshotPublished, RunEnded),
    ]
    ended = events[-1]
    sentences = len(corpus.training)
    assert (ended.reason, ended.epoch, ended.step) == ("finished", 2, 2 * sentences)


def test_that_epoch_0_is_the_untrained_model(corpus: Corpus) -> None:
    done = of_type(run(corpus, epochs=1, recipe="tutorial"), EpochDone)[0]

    fresh = RNN(len(corpus.vocabulary), 6, dtype="float64")
    assert (done.epoch, done.step, done.words_per_s, done.is_best) == (0, 0, 0.0, True)
    assert done.training_loss == pytest.approx(loss_of(fresh, corpus), rel=1e-12)
    assert done.training_loss == pytest.approx(np.log(len(corpus.vocabulary)), abs=0.1)
    assert done.validation_loss == pytest.approx(done.training_loss, abs=0.1)


@pytest.mark.parametrize("recipe", ["fast", "tutorial"])
def test_that_training_lowers_both_losses(corpus: Corpus, recipe: str) -> None:
    first, *_, last = of_type(
        run(corpus, recipe=recipe, epochs=8, batch_size=4, learning_rate=0.03), EpochDone
    )

    assert last.training_loss < first.training_loss - 0.3
    assert last.validation_loss < first.validation_loss - 0.3


def test_that_points_come_at_most_every_tenth_of_a_second(undivided: Corpus) -> None:
    at_rest = of_type(run(undivided, recipe="tutorial", epochs=3), LossPoint)
    slow = of_type(run(undivided, recipe="tutorial", epochs=1, clock=ScriptedClock(1.0)), LossPoint)
    busy = of_type(
        run(undivided, recipe="tutorial", epochs=1, clock=ScriptedClock(0.011)), LossPoint
    )

    assert [point.epoch for point in at_rest] == [1, 2, 3]
    assert [point.step for point in slow] == list(range(1, len(undivided.training) + 1))
    gaps = np.diff([point.elapsed_s for point in busy])
    assert 1 < len(busy) < len(slow)
    assert (gaps[:-1] >= 0.09).all()  # the end of an epoch always has a point


def test_that_a_point_is_the_mean_loss_since_the_one_before(undivided: Corpus) -> None:
    no_dropout: dict[str, Any] = {"input_dropout": 0.0, "output_dropout": 0.0}
    events = run(undivided, epochs=1, batch_size=1000, recipe="fast", **no_dropout)

    assert of_type(events, LossPoint)[0].loss == pytest.approx(
        of_type(events, EpochDone)[0].training_loss, rel=1e-9
    )


def test_that_a_snapshot_is_published_every_few_seconds(undivided: Corpus) -> None:
    rare = run(undivided, recipe="tutorial", epochs=1)
    often = run(undivided, recipe="tutorial", epochs=1, clock=ScriptedClock(1.0))

    assert len(of_type(rare, SnapshotPublished)) == 3
    steps = [event.step for event in of_type(often, SnapshotPublished)]
    assert len(steps) > 4
    assert steps == sorted(steps)


@pytest.mark.parametrize(("rate", "halvings"), [(0.05, 0), (0.5, 1), (1.5, 2)])
def test_that_the_tutorials_recipe_is_the_tutorials_loop(
    tmp_path: Path, rate: float, halvings: int
) -> None:
    # Few steps: at rates that make the loss rise, each step magnifies rounding errors.
    corpus = animal_corpus(tmp_path, documents=3, validation_fraction=0.0)

    events = run(corpus, recipe="tutorial", epochs=3, learning_rate=rate)

    # train_with_sgd as in the tutorial, with the reference network.
    xs, ys = pairs_of(corpus)
    model, losses, rates = RNNNumpy(len(corpus.vocabulary), 6), [], []
    for epoch in range(4):
        losses.append(model.calculate_loss(xs, ys))
        rates.append(rate)
        if epoch and losses[-1] > losses[-2]:
            rate *= 0.5
        for x, y in zip(xs, ys, strict=True) if epoch < 3 else ():
            model.sgd_step(x, y, rate)
    assert len({*rates, rate}) == 1 + halvings
    done = of_type(events, EpochDone)
    np.testing.assert_allclose([each.training_loss for each in done], losses, rtol=1e-10)
    assert [each.learning_rate for each in done] == rates
    trained = of_type(events, SnapshotPublished)[-1].model.rnn.parameters_as_numpy()
    for mine, true in zip(trained, model.parameters_as_numpy(), strict=True):
        np.testing.assert_allclose(mine, true, rtol=1e-10, atol=1e-10)


def test_that_a_loss_that_rose_halves_the_rate_and_says_so(undivided: Corpus) -> None:
    events = run(undivided, recipe="tutorial", epochs=6, learning_rate=1.5)

    losses = [done.training_loss for done in of_type(events, EpochDone)]
    halvings = of_type(events, RateHalved)
    rose = [epoch for epoch in range(1, 7) if losses[epoch] > losses[epoch - 1]]
    assert rose
    assert [halved.epoch for halved in halvings] == rose
    assert [halved.learning_rate for halved in halvings] == [
        1.5 / 2 ** (k + 1) for k in range(len(rose))
    ]
    before, after = losses[rose[0] - 1], losses[rose[0]]
    assert halvings[0].reason == f"The evaluated loss rose from {before:.4f} to {after:.4f}."


def test_that_the_fast_recipe_goes_back_to_its_best_parameters(corpus: Corpus) -> None:
    events = run(corpus, epochs=8, learning_rate=0.7, batch_size=4, clip_norm=100.0)

    best: list[bytes] = []
    is_best = is_back = False
    for event in events:
        if isinstance(event, EpochDone):
            is_best = event.is_best
        elif isinstance(event, RateHalved):
            assert "from the best parameters" in event.reason
            is_back = True
        elif isinstance(event, SnapshotPublished) and is_best:
            best, is_best = parameters_of(event), False
        elif isinstance(event, SnapshotPublished) and is_back:
            assert parameters_of(event) == best
            is_back = False
    assert of_type(events, RateHalved)


def test_that_the_fast_recipe_ends_when_the_rate_has_become_tiny(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.training.schedule._DIVERGED_FROM", np.inf)
    events = run(corpus, epochs=50, learning_rate=1000.0, batch_size=8, unigram_start=False)

    assert events[-1].reason == "converged"
    assert len(of_type(events, RateHalved)) == 7
    losses = [done.validation_loss for done in of_type(events, EpochDone)]
    assert min(losses) == losses[0] == pytest.approx(np.log(18), abs=0.25)
    published = [event.model.rnn for event in of_type(events, SnapshotPublished)]
    first, last = (loss_of(rnn, corpus) for rnn in (published[0], published[-1]))
    assert last == first, "the best parameters were the first ones"


def test_that_a_corpus_without_held_out_text_is_judged_by_its_training_loss(
    undivided: Corpus,
) -> None:
    events = run(undivided, epochs=4)

    done = of_type(events, EpochDone)
    assert all(each.validation_loss is None for each in done)
    best = np.minimum.accumulate([each.training_loss for each in done])
    assert [each.is_best for each in done] == [True, *(np.diff(best) < 0)]


def test_that_evaluations_are_as_rare_as_asked_but_the_last_epoch_has_one(
    corpus: Corpus,
) -> None:
    done = of_type(run(corpus, epochs=5, evaluate_every=2), EpochDone)

    assert [each.epoch for each in done] == [0, 2, 4, 5]
