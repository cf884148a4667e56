"""What the fast recipe does besides rate and batches: start, epsilon, decay, dropout, averaging."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from engine.config import ModelConfig, Recipe, TrainConfig
from engine.control import RunControl
from engine.corpus.corpus import Corpus
from engine.language_model.history import EpochDone
from engine.network.batching import Batch, Masks, batch_from_pairs
from engine.network.rnn import RNN
from engine.recipes import (
    Tuning,
    fill_in,
    recipe_defaults,
    settle,
    settle_model,
    tuning_of,
    tuning_text,
    unsettled,
    unsettled_model,
)
from engine.training import placement
from engine.training.events import SnapshotPublished, TrainingStarted
from engine.training.optimizers import ClippedAdam
from engine.training.placement import start_with_unigrams
from engine.training.steps import Dropout, SoftmaxSample
from engine.training.trainer import Trainer, train
from tests.benchmarks.data import synthetic_corpus
from tests.engine.support.runs import of_type, pairs_of, run

XS, YS = [[0, 4, 4, 2], [0, 3, 2], [0]], [[4, 4, 2, 1], [3, 2, 1], [1]]
SMALL, MIDDLE, LARGE = 20_000, 100_000, 1_500_000  # words


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return synthetic_corpus(120, 40).with_validation_fraction(0.2)


def a_network(seed: int = 4) -> RNN:
    return RNN(8, 5, 10, dtype="float64", seed=seed)


def masks_for(rnn: RNN, batch: Batch, *, share: float = 0.4) -> Masks:
    tuned = TrainConfig(input_dropout=share, output_dropout=share, unigram_start=True)
    return Dropout(tuned).masks(rnn, batch.words, 1, 3)


def plain_loss(
    parameters: list[torch.Tensor], xs: list[list[int]], ys: list[list[int]], masks: Masks
) -> torch.Tensor:
    """The tutorial's forward pass, word by word, with what is left out left out."""
    U_by_word, V, W = parameters
    total, row = torch.zeros((), dtype=torch.float64), 0
    for x, y in zip(xs, ys, strict=True):  # the longest first, as in a batch
        s = torch.zeros(len(W), dtype=torch.float64)
        for word, following in zip(x, y, strict=True):
            s = torch.tanh(U_by_word[word] * masks.inputs[row] + W @ s)
            scores = V @ (s * masks.outputs[row])
            total = total - torch.log_softmax(scores, 0)[following]
            row += 1
    return total


@pytest.mark.parametrize("sentences", [1, 3])
def test_that_the_gradients_of_a_step_with_dropout_are_those_of_autograd(sentences: int) -> None:
    rnn, xs, ys = a_network(), XS[:sentences], YS[:sentences]
    batch = batch_from_pairs(xs, ys)
    masks = masks_for(rnn, batch)
    gradients = tuple(torch.empty_like(each) for each in rnn.parameters())

    loss = rnn.write_gradients(batch.with_masks(masks), gradients, 10)

    leaves = [each.clone().requires_grad_() for each in rnn.parameters()]
    expected = plain_loss(leaves, xs, ys, masks)
    of_autograd = torch.autograd.grad(expected, leaves)
    assert float(loss) == pytest.approx(float(expected.detach()), rel=1e-12)
    for mine, theirs in zip(gradients, of_autograd, strict=True):
        torch.testing.assert_close(mine, theirs, rtol=1e-10, atol=1e-12)


def test_that_dropout_keeps_the_mean_and_never_leaves_the_constant_out() -> None:
    rnn = RNN(8, 50, dtype="float64")
    batch = batch_from_pairs([[0] * 200], [[1] * 200])

    masks = masks_for(rnn, batch, share=0.4)

    assert set(masks.outputs[:, 1:].flatten().tolist()) == {0.0, 1.0 / 0.6}
    assert float(masks.outputs[:, 1:].mean()) == pytest.approx(1.0, abs=0.05)
    assert (masks.outputs[:, 0] == 1.0).all()
    assert (masks.inputs[:, 0] == 1.0).all()


def test_that_what_is_left_out_depends_on_the_place_in_the_run_alone() -> None:
    rnn, dropout = a_network(), Dropout(TrainConfig(output_dropout=0.5, seed=7))

    first, again = (dropout.masks(rnn, 9, 2, 30) for _ in range(2))
    others = [dropout.masks(rnn, 9, epoch, left) for epoch, left in ((2, 14), (3, 30))]

    assert torch.equal(first.outputs, again.outputs)
    assert not any(torch.equal(first.outputs, other.outputs) for other in others)
    assert (first.inputs == 1.0).all()


@pytest.mark.parametrize("at_once", [7, 1 << 20])
def test_that_the_first_network_knows_how_common_words_are(
    at_once: int, corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(placement, "_IDS_AT_ONCE", at_once)
    rnn = RNN(len(corpus.vocabulary), 20, dtype="float64")

    start_with_unigrams(rnn, corpus.training)

    xs, ys = pairs_of(corpus)
    counts = np.bincount(np.concatenate(ys), minlength=len(corpus.vocabulary)) + 0.5
    shares = counts / counts.sum()
    of_shares = -float(np.mean(np.log(shares[np.concatenate(ys)])))
    assert rnn.calculate_loss(xs, ys) == pytest.approx(of_shares, abs=0.01)
    o, _ = rnn.forward_propagation([0, 5, 9])
    np.testing.assert_allclose(o, np.tile(shares, (3, 1)), rtol=0.2)


def test_that_a_network_of_one_number_is_left_as_it_is(corpus: Corpus) -> None:
    rnn, untouched = (RNN(len(corpus.vocabulary), 1) for _ in range(2))

    start_with_unigrams(rnn, corpus.training)

    assert all(map(torch.equal, rnn.parameters(), untouched.parameters()))


@pytest.mark.parametrize("has_constant", [True, False])
def test_that_a_step_is_pytorchs_own_adam_and_then_the_decay(has_constant: bool) -> None:
    rnn, batch = a_network(), batch_from_pairs(XS, YS)
    before = [each.clone() for each in rnn.parameters()]
    tuning = Tuning(adam_epsilon=1e-2, weight_decay=0.5, unigram_start=has_constant)
    optimizer = ClippedAdam(rnn, 0.1, None, tuning)

    optimizer.step(batch)

    leaves = [each.clone().requires_grad_() for each in before]
    ones = torch.ones(batch.words, 5, dtype=torch.float64)
    loss = plain_loss(leaves, XS, YS, Masks(inputs=ones, outputs=ones)) / batch.words
    for leaf, gradient in zip(leaves, torch.autograd.grad(loss, leaves), strict=True):
        leaf.grad = gradient
    torch.optim.Adam(leaves, lr=0.1, eps=1e-2).step()
    U_by_word, V, W = (0.95 * leaf.detach() for leaf in leaves)
    if has_constant:
        U_by_word[:, 0], V[:, 0] = leaves[0][:, 0].detach(), leaves[1][:, 0].detach()
    for mine, expected in zip(rnn.parameters(), (U_by_word, V, W), strict=True):
        torch.testing.assert_close(mine, expected)


def test_that_the_resting_network_is_the_mean_of_the_steps() -> None:
    rnn, batch = a_network(), batch_from_pairs(XS, YS)
    optimizer = ClippedAdam(rnn, 0.1, None, Tuning(averaging=0.6))
    mean = rnn.W.clone()

    for step in range(1, 30):
        optimizer.step(batch)
        share = max(1.0 - 0.6, 9.0 / (10.0 + step))
        mean = (1.0 - share) * mean + share * rnn.W
        torch.testing.assert_close(optimizer.resting.W, mean)

    assert not torch.equal(optimizer.resting.W, rnn.W)
    optimizer.forget()
    assert torch.equal(optimizer.resting.W, rnn.W)


def test_that_an_optimiser_goes_on_with_the_mean_where_it_was() -> None:
    (first, second), batch = (a_network(), a_network()), batch_from_pairs(XS, YS)
    one, other = (ClippedAdam(rnn, 0.1, None, Tuning(averaging=0.9)) for rnn in (first, second))
    for _ in range(5):
        one.step(batch)

    for mine, theirs in zip(second.parameters(), first.parameters(), strict=True):
        mine.copy_(theirs)
    other.load_state_tensors(one.state_tensors())

    for _ in range(3):
        one.step(batch)
        other.step(batch)
        assert all(map(torch.equal, one.resting.parameters(), other.resting.parameters()))


def test_that_what_is_published_is_what_was_evaluated(corpus: Corpus) -> None:
    events = run(corpus, epochs=2, averaging=0.9, evaluate_every=2)

    done = of_type(events, EpochDone)[-1]
    published = of_type(events, SnapshotPublished)[-1].model.rnn
    held_out = corpus.validation
    xs, ys = (
        [held_out.sequence(n)[part].tolist() for n in range(len(held_out))]
        for part in (slice(None, -1), slice(1, None))
    )
    assert published.calculate_loss(xs, ys) == pytest.approx(done.validation_loss, rel=1e-9)


def test_that_a_run_goes_on_from_a_model_as_it_is(corpus: Corpus) -> None:
    model = of_type(run(corpus, epochs=1), SnapshotPublished)[-1].model

    first = of_type(run(corpus, epochs=1, start_from=model), SnapshotPublished)[0].model

    assert model.train_config.unigram_start
    assert first.train_config.unigram_start
    assert torch.equal(first.rnn.V, model.rnn.V)
    former = replace(model, train_config=TrainConfig())
    first = of_type(run(corpus, epochs=1, start_from=former), SnapshotPublished)[0].model
    assert first.train_config.unigram_start is False


def test_that_all_is_decided_by_the_size_of_the_text_and_what_was_chosen_stays() -> None:
    small, middle, large = (settle(TrainConfig(), words, 2000) for words in (SMALL, MIDDLE, LARGE))
    chosen = settle(TrainConfig(learning_rate=0.5, output_dropout=0.0), SMALL, 2000)

    assert None not in [getattr(small, name) for name in Tuning.__dataclass_fields__]
    assert (small.output_dropout or 0.0) > (large.output_dropout or 0.0) == 0.0
    assert (small.adam_epsilon or 0.0) > (middle.adam_epsilon or 0.0) > (large.adam_epsilon or 0.0)
    assert (chosen.learning_rate, chosen.output_dropout) == (0.5, 0.0)
    assert chosen.weight_decay == small.weight_decay
    assert settle(small, LARGE, 8000) == small


@pytest.mark.parametrize("words", [SMALL, MIDDLE, LARGE])
def test_that_the_rate_falls_with_more_hidden_units_than_it_was_measured_with(words: int) -> None:
    few, usual, twice, many = (
        recipe_defaults("fast", words, 2000, hidden_dim=H) for H in (20, 100, 200, 512)
    )
    open_config = TrainConfig()

    assert few == usual
    assert twice.learning_rate == pytest.approx(usual.learning_rate / 2.0, rel=0.05)
    assert many.learning_rate == pytest.approx(usual.learning_rate / 5.12, rel=0.05)
    assert "more than 100 hidden units" in twice.reason
    decided = settle(open_config, words, 2000, hidden_dim=200)
    assert decided.learning_rate == twice.learning_rate
    assert unsettled(decided, words, 2000, hidden_dim=200) == open_config
    assert unsettled(decided, words, 2000).learning_rate == twice.learning_rate


@pytest.mark.parametrize(
    ("recipe", "words", "vocabulary", "units"),
    [
        ("fast", SMALL, 8000, 100),
        ("fast", MIDDLE, 8000, 100),
        ("fast", LARGE, 8000, 160),
        ("fast", LARGE, 2000, 100),
        ("tutorial", LARGE, 8000, 100),
    ],
)
def test_that_a_large_text_has_more_hidden_units_unless_others_were_chosen(
    recipe: Recipe, words: int, vocabulary: int, units: int
) -> None:
    decided = settle_model(ModelConfig(seed=3), recipe, words, vocabulary)
    chosen = ModelConfig(hidden_dim=70)

    assert decided == ModelConfig(hidden_dim=units, seed=3)
    assert settle_model(chosen, recipe, words, vocabulary) == chosen
    assert unsettled_model(decided, recipe, words, vocabulary) == ModelConfig(seed=3)
    assert unsettled_model(chosen, recipe, words, vocabulary) == chosen
    told = recipe_defaults(recipe, words, vocabulary).reason
    assert (f"enough to learn for {units}" in told) == (units != 100)


def test_that_the_rate_of_a_large_text_is_that_of_its_own_hidden_units() -> None:
    own = recipe_defaults("fast", LARGE, 8000)

    assert own.learning_rate == recipe_defaults("fast", LARGE, 8000, hidden_dim=160).learning_rate
    assert own.learning_rate < recipe_defaults("fast", LARGE, 8000, hidden_dim=100).learning_rate
    assert "160 hidden units" in own.reason


def test_that_a_model_that_is_trained_further_keeps_its_size(corpus: Corpus) -> None:
    small = of_type(run(corpus, epochs=1, model={"hidden_dim": 7}), SnapshotPublished)[-1].model
    events = train(corpus, ModelConfig(), TrainConfig(epochs=1), RunControl(), start_from=small)

    further = of_type(list(events), SnapshotPublished)[-1].model

    assert further.model_config.hidden_dim == further.hidden_dim == 7


def test_that_a_run_s_rate_is_that_of_its_network_s_size(corpus: Corpus) -> None:
    wide = of_type(run(corpus, epochs=1, model={"hidden_dim": 150}), TrainingStarted)[0]
    narrow = of_type(run(corpus, epochs=1), TrainingStarted)[0]

    assert wide.learning_rate == pytest.approx(narrow.learning_rate / 1.5, rel=0.05)
    assert "hidden units" in wide.tuning_reason


def test_that_a_large_vocabulary_has_a_sampled_softmax_and_says_why() -> None:
    decided = [settle(TrainConfig(), LARGE, words).softmax_sample for words in (2000, 8000)]
    chosen = settle(TrainConfig(softmax_sample=1.0), LARGE, 8000)

    assert decided == [1.0, 0.1]
    assert chosen.softmax_sample == 1.0
    assert "sampled softmax" in recipe_defaults("fast", LARGE, 8000).reason
    assert "sampled softmax" not in recipe_defaults("fast", LARGE, 2000).reason
    assert "0.1 of the others" in tuning_text(tuning_of(settle(TrainConfig(), LARGE, 8000)))
    assert "of the others" not in tuning_text(tuning_of(chosen))


@pytest.mark.parametrize(
    ("words", "vocabulary", "share"),
    [(SMALL, 8000, 0.1), (MIDDLE, 8000, 0.1), (SMALL, 2000, 0.0), (LARGE, 8000, 0.0)],
)
def test_that_labels_are_smoothed_in_small_texts_with_many_words_and_why_is_said(
    words: int, vocabulary: int, share: float
) -> None:
    defaults = recipe_defaults("fast", words, vocabulary)

    assert settle(TrainConfig(), words, vocabulary).label_smoothing == share
    assert ("label smoothing" in defaults.reason) == (share > 0.0)
    assert ("label smoothing 0.1" in tuning_text(defaults.tuning)) == (share > 0.0)


@pytest.mark.parametrize(("words", "least"), [(SMALL, 0.0), (MIDDLE, 0.0), (LARGE, 0.003)])
def test_that_large_texts_halve_the_rate_where_an_epoch_gains_little(
    words: int, least: float
) -> None:
    decided = settle(TrainConfig(), words, 8000)

    assert decided.min_improvement == least
    assert ("gains less than 0.003 nats" in tuning_text(tuning_of(decided))) == (least > 0.0)


@pytest.mark.parametrize("share", [0.1, 0.5])
def test_that_words_are_drawn_by_the_root_of_their_counts_and_so_many_of_them(share: float) -> None:
    counts = [0, 0, *(10_000 // rank for rank in range(1, 997)), 0]
    sample = SoftmaxSample(TrainConfig(softmax_sample=share), counts)
    y = torch.tensor([1, 5])

    drawn = [sample.words(y, 1, left) for left in range(300)]

    lengths = [len(each.words) for each in drawn]
    assert sum(lengths) / len(lengths) == pytest.approx(share * len(counts), rel=0.05)
    assert all({0, 1, 5, 998} <= set(each.words.tolist()) for each in drawn)  # special, and own
    weights = {
        word: weight
        for each in drawn
        for word, weight in zip(each.words.tolist(), each.log_weights.tolist(), strict=True)
    }
    # Of the words with 10,000/16 and 10,000/961 occurrences the first is drawn √60 times as often.
    if share == 0.1:
        often = math.exp(weights[962] - weights[17])
        assert often == pytest.approx(math.sqrt(625 / 10), rel=0.01)
    again = sample.words(y, 1, 7)
    assert torch.equal(again.words, drawn[7].words)
    assert not torch.equal(sample.words(y, 2, 7).words, again.words)


def test_that_a_step_with_a_sample_learns_and_an_evaluation_stays_exact(corpus: Corpus) -> None:
    events = run(corpus, epochs=6, batch_size=8, softmax_sample=0.3, learning_rate=0.05)
    first, *_, last = (done.validation_loss for done in of_type(events, EpochDone))
    model = of_type(events, SnapshotPublished)[-1].model
    held_out = [corpus.validation.sequence(k).tolist() for k in range(len(corpus.validation))]

    exact = model.rnn.calculate_loss(
        [each[:-1] for each in held_out], [each[1:] for each in held_out]
    )
    assert last == pytest.approx(exact, rel=1e-9)
    assert last < first


def test_that_settings_stored_before_mean_what_they_meant() -> None:
    stored = TrainConfig.from_json({"recipe": "fast", "epochs": 7, "clip_norm": None})

    assert tuning_of(stored) == Tuning()
    assert fill_in(stored) == (0.003, 16, 1.0)


def test_that_the_tutorials_recipe_has_nothing_to_decide(corpus: Corpus) -> None:
    settings: dict[str, Any] = dict.fromkeys(Tuning.__dataclass_fields__, 0.5)
    chosen = TrainConfig(recipe="tutorial", **settings)

    assert settle(chosen, SMALL, 8000) == chosen
    assert tuning_of(chosen) == Tuning()
    one, other = (
        of_type(run(corpus, recipe="tutorial", epochs=1, **own), SnapshotPublished)[-1]
        for own in (settings, dict[str, Any]())
    )
    assert all(map(torch.equal, one.model.rnn.parameters(), other.model.rnn.parameters()))


@pytest.mark.parametrize(("softmax_sample", "label_smoothing"), [(1.0, 0.1), (0.3, 0.2)])
def test_that_a_stop_and_a_way_on_change_nothing(
    corpus: Corpus, softmax_sample: float, label_smoothing: float
) -> None:
    config = TrainConfig(
        epochs=3,
        batch_size=8,
        averaging=0.9,
        output_dropout=0.3,
        softmax_sample=softmax_sample,
        label_smoothing=label_smoothing,
        min_improvement=0.5,
    )
    whole, stopped = (Trainer(corpus, ModelConfig(hidden_dim=6), config) for _ in range(2))
    *_, last = (each for each in whole.run(RunControl()) if isinstance(each, SnapshotPublished))
    control = RunControl()
    for event in stopped.run(control):
        if isinstance(event, EpochDone) and event.epoch == 1:
            control.stop()

    resumed = Trainer.resumed(corpus, stopped.state())
    *_, mine = (each for each in resumed.run(RunControl()) if isinstance(each, SnapshotPublished))

    assert all(map(torch.equal, mine.model.rnn.parameters(), last.model.rnn.parameters()))
    shown, kept = (state.model("last").rnn for state in (whole.state(), resumed.state()))
    assert all(map(torch.equal, shown.parameters(), kept.parameters()))
    assert all(map(torch.equal, shown.parameters(), last.model.rnn.parameters()))
    assert math.isfinite(resumed.state().progress.best_loss or math.inf)


def test_that_two_epochs_and_then_two_more_are_four_at_once(corpus: Corpus) -> None:
    config = TrainConfig(epochs=4, batch_size=8, output_dropout=0.3, softmax_sample=0.3)
    whole = Trainer(corpus, ModelConfig(hidden_dim=6), config)
    half = Trainer(corpus, ModelConfig(hidden_dim=6), replace(config, epochs=2))
    *_, last = (each for each in whole.run(RunControl()) if isinstance(each, SnapshotPublished))
    for _ in half.run(RunControl()):
        pass

    longer = replace(half.state(), train_config=replace(half.state().train_config, epochs=4))
    resumed = Trainer.resumed(corpus, longer)
    *_, mine = (each for each in resumed.run(RunControl()) if isinstance(each, SnapshotPublished))

    assert all(map(torch.equal, mine.model.rnn.parameters(), last.model.rnn.parameters()))


def test_that_what_was_decided_can_be_left_open_again() -> None:
    given = TrainConfig(epochs=7, output_dropout=0.1)

    assert unsettled(settle(given, SMALL, 8000), SMALL, 8000) == given
    assert (
        unsettled(settle(given, SMALL, 8000), LARGE, 8000).learning_rate
        == settle(given, SMALL, 8000).learning_rate
    )
    tutorial = TrainConfig(recipe="tutorial", learning_rate=0.01)
    assert unsettled(tutorial, SMALL, 8000) == tutorial


def test_that_a_run_says_what_its_recipe_does_and_why(corpus: Corpus) -> None:
    decided, chosen, before = (
        of_type(run(corpus, epochs=1, **settings), TrainingStarted)[0]
        for settings in (
            dict[str, Any](),
            {"output_dropout": 0.25},
            dict.fromkeys(Tuning.__dataclass_fields__, 0.0)
            | {"adam_epsilon": 1e-8, "unigram_start": False, "softmax_sample": 1.0},
        )
    )

    assert decided.tuning.startswith("Starts with how common words are; Adam's epsilon 0.001;")
    assert "about 200 at most" in decided.tuning
    assert "learned by heart" in decided.tuning_reason
    assert "0.25 at the output" in chosen.tuning
    assert chosen.tuning_reason == ""
    assert (before.tuning, before.tuning_reason) == ("", "")
