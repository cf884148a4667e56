"""The fast gradients equal the tutorial's loop, autograd, and themselves in chunks."""

from collections.abc import Sequence

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.config import Dtype
from engine.errors import DivergedError
from engine.network import bptt, output_layer
from engine.network.batching import batch_from_pairs
from engine.network.output_layer import Workspace
from engine.network.reference import RNNNumpy
from engine.network.rnn import RNN
from tests.engine.support.runs import autograd_gradients

Pairs = tuple[list[list[int]], list[list[int]]]

shapes = st.fixed_dictionaries(
    {
        "word_dim": st.integers(2, 30),
        "hidden_dim": st.integers(1, 12),
        "lengths": st.lists(st.integers(1, 14), min_size=1, max_size=7),
        "scale": st.sampled_from([0.3, 1.0, 3.0]),
        "seed": st.integers(0, 10_000),
    }
)


def drawn(
    word_dim: int, hidden_dim: int, lengths: Sequence[int], scale: float, seed: int
) -> tuple[RNNNumpy, Pairs]:
    """Return a reference network and sentences with repeated words."""
    random = np.random.default_rng(seed)
    model = RNNNumpy(word_dim, hidden_dim, seed=seed)
    model.U, model.V, model.W = scale * model.U, scale * model.V, scale * model.W
    xs, ys = ([random.integers(0, word_dim, n).tolist() for n in lengths] for _ in range(2))
    return model, (xs, ys)


def fast(model: RNNNumpy, dtype: Dtype = "float64") -> RNN:
    return RNN.from_parameters(
        model.U, model.V, model.W, bptt_truncate=model.bptt_truncate, dtype=dtype
    )


def assert_near(mine: Sequence[np.ndarray], true: Sequence[np.ndarray], tolerance: float) -> None:
    """Compare gradient matrices, each relative to its largest entry."""
    for one, other in zip(mine, true, strict=True):
        assert one.shape == other.shape
        assert np.abs(one - other).max() <= tolerance * np.abs(other).max() + 1e-3 * tolerance


@settings(max_examples=80)
@given(shape=shapes, truncate=st.integers(0, 15))
@example(
    shape={"word_dim": 4, "hidden_dim": 3, "lengths": [5] * 4, "scale": 1.0, "seed": 1}, truncate=2
)
@example(
    shape={"word_dim": 2, "hidden_dim": 2, "lengths": [1] * 3, "scale": 1.0, "seed": 2}, truncate=4
)
@example(
    shape={"word_dim": 3, "hidden_dim": 2, "lengths": [14, 1], "scale": 1.0, "seed": 3}, truncate=12
)
def test_that_float64_gradients_equal_the_tutorials_loop(shape: dict, truncate: int) -> None:
    model, (xs, ys) = drawn(**shape)
    model.bptt_truncate = truncate

    loss, *gradients = fast(model).loss_and_gradients(xs, ys)

    true_loss, *true_gradients = model.loss_and_gradients(xs, ys)
    assert loss == pytest.approx(true_loss, rel=1e-12)
    assert_near(gradients, true_gradients, 1e-10)


@settings(max_examples=60)
@given(shape=shapes, truncate=st.integers(0, 15))
def test_that_float32_gradients_are_near_the_tutorials_loop(shape: dict, truncate: int) -> None:
    model, (xs, ys) = drawn(**shape | {"scale": min(1.0, shape["scale"])})
    model.bptt_truncate = truncate

    loss, *gradients = fast(model, "float32").loss_and_gradients(xs, ys)

    true_loss, *true_gradients = model.loss_and_gradients(xs, ys)
    assert loss == pytest.approx(true_loss, rel=1e-5)
    assert_near(gradients, true_gradients, 1e-4)


@settings(max_examples=50)
@given(shape=shapes)
def test_that_the_whole_way_back_equals_autograd(shape: dict) -> None:
    model, (xs, ys) = drawn(**shape)

    loss, *gradients = fast(model).loss_and_gradients(xs, ys, max(shape["lengths"]))

    true_loss, true_gradients = autograd_gradients(model.U, model.V, model.W, xs, ys)
    assert loss == pytest.approx(true_loss, rel=1e-12)
    assert_near(gradients, true_gradients, 1e-10)


@settings(max_examples=40)
@given(
    shape=shapes,
    chunk_words=st.integers(1, 9),
    panel_values=st.integers(1, 60),
    alone=st.integers(0, 200),
    many_words=st.integers(1, 60),
)
def test_that_any_division_of_the_work_gives_the_same_numbers(
    shape: dict, chunk_words: int, panel_values: int, alone: int, many_words: int
) -> None:
    model, (xs, ys) = drawn(**shape)
    whole, divided = fast(model), fast(model)
    true_loss, *true_gradients = whole.loss_and_gradients(xs, ys)
    divided.workspace.chunk_words = chunk_words

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(output_layer, "_PANEL_VALUES", panel_values)
        patch.setattr(output_layer, "_MANY_WORDS", many_words)
        patch.setattr(bptt, "_MOST_FOR_ONE_THREAD", alone)
        loss, *gradients = divided.loss_and_gradients(xs, ys)
        total = divided.calculate_total_loss(xs, ys)

    assert (loss, total) == pytest.approx((true_loss, true_loss), rel=1e-12)
    assert_near(gradients, true_gradients, 1e-12)


@pytest.mark.parametrize(
    ("most", "alone"),
    [
        # 8 words in 2 sentences, H = 3: 18 products a step, 72 for all words.
        (72, {"_step_by_step", "_bring_back", "_add"}),
        (71, {"_step_by_step"}),
        (18, {"_step_by_step"}),
        (17, set()),
    ],
)
def test_that_little_work_in_time_is_left_to_one_thread(
    monkeypatch: pytest.MonkeyPatch, most: int, alone: set[str]
) -> None:
    model, (xs, ys) = drawn(9, 3, [5, 3], 1.0, 6)
    taken = set()
    for name in ("_step_by_step", "_bring_back", "_add"):
        real = getattr(bptt, f"{name}_on_one_thread")
        monkeypatch.setattr(
            bptt,
            f"{name}_on_one_thread",
            lambda *args, name=name, real=real, **more: taken.add(name) or real(*args, **more),
        )
    monkeypatch.setattr(bptt, "_MOST_FOR_ONE_THREAD", most)

    _, *gradients = fast(model).loss_and_gradients(xs, ys)

    assert taken == alone
    assert_near(gradients, model.loss_and_gradients(xs, ys)[1:], 1e-10)


@pytest.mark.parametrize("chunk_words", [4, 1000], ids=["more than a chunk", "one chunk"])
def test_that_a_step_over_many_sentences_subtracts_their_summed_gradient(chunk_words: int) -> None:
    model, (xs, ys) = drawn(9, 4, [5, 3, 3, 1], 1.0, 6)
    _, *gradients = model.loss_and_gradients(xs, ys)
    rnn = fast(model)
    rnn.workspace.chunk_words = chunk_words

    loss = rnn.descend(batch_from_pairs(xs, ys), 0.1)

    assert float(loss) == pytest.approx(model.calculate_total_loss(xs, ys), rel=1e-12)
    before = model.parameters_as_numpy()
    expected = [old - 0.1 * gradient for old, gradient in zip(before, gradients, strict=True)]
    assert_near(rnn.parameters_as_numpy(), expected, 1e-12)


def test_that_the_buffer_of_scores_is_used_again() -> None:
    workspace = Workspace(10, torch.float64, torch.device("cpu"))
    s, V = torch.ones(3, 2, dtype=torch.float64), torch.ones(10, 2, dtype=torch.float64)
    whole = workspace.scores(workspace.chunk_words)

    few = workspace.scores(3)
    few.exponentiate(V, s, torch.empty(3, dtype=torch.float64))
    again = workspace.scores(3)

    total = torch.zeros_like(V)
    again.add_to(total, s, 1.0)
    torch.testing.assert_close(total, torch.full((10, 2), 12.0, dtype=torch.float64))
    assert whole is not few


@pytest.mark.parametrize("sign", [1.0, -1.0], ids=["overflow", "underflow"])
@pytest.mark.parametrize(
    ("dtype", "size", "tolerance"), [("float64", 800, 1e-10), ("float32", 200, 1e-3)]
)
def test_that_scores_beyond_the_range_of_exp_give_the_same_numbers(
    sign: float, dtype: Dtype, size: float, tolerance: float
) -> None:
    model, (xs, ys) = drawn(12, 4, [6, 3, 1], 1.0, 8)
    model.U = np.abs(model.U) + 1.0  # all states are near 0.9, so all scores near ±size
    model.V = model.V + sign * size / (4 * 0.9)
    with np.errstate(over="ignore"):
        assert np.exp(np.float32(size) if dtype == "float32" else np.float64(size)) == np.inf

    loss, *gradients = fast(model, dtype).loss_and_gradients(xs, ys)

    true_loss, *true_gradients = model.loss_and_gradients(xs, ys)
    assert loss == pytest.approx(true_loss, rel=tolerance)
    assert_near(gradients, true_gradients, tolerance)
    assert fast(model, dtype).calculate_total_loss(xs, ys) == pytest.approx(loss, rel=tolerance)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize("name", ["U", "V", "W"])
def test_that_broken_parameters_stop_a_step_before_it_changes_anything(
    name: str, bad: float
) -> None:
    rnn = RNN(9, 4, dtype="float64")
    getattr(rnn, name)[:] = bad if bad != np.inf or name == "V" else np.nan
    before = rnn.parameters_as_numpy()

    with pytest.raises(DivergedError):
        rnn.sgd_step([0, 3, 3], [3, 3, 1], 0.1)

    for now, old in zip(rnn.parameters_as_numpy(), before, strict=True):
        np.testing.assert_array_equal(now, old)


def test_that_one_broken_word_stops_an_evaluation() -> None:
    rnn = RNN(9, 4)
    rnn.V[5, 2] = torch.nan

    with pytest.raises(DivergedError):
        rnn.calculate_loss([[0, 3], [2]], [[3, 1], [1]])


def test_that_gradients_are_scaled_and_written_over_what_was_there() -> None:
    model, (xs, ys) = drawn(9, 4, [5, 2], 1.0, 9)
    rnn = fast(model)
    gradients = tuple(torch.full_like(each, torch.nan) for each in rnn.parameters())

    rnn.write_gradients(batch_from_pairs(xs, ys), gradients, scale=0.5)

    _, dLdU, dLdV, dLdW = model.loss_and_gradients(xs, ys)
    halves = [0.5 * each for each in (dLdU.T, dLdV, dLdW)]
    assert_near([each.numpy() for each in gradients], halves, 1e-12)


@pytest.mark.parametrize("words", [31, 32, 33, 127, 160, 161, 400])
def test_that_words_filled_up_with_zeros_change_nothing(words: int) -> None:
    model, (xs, ys) = drawn(9, 4, [words], 1.0, 3)
    rnn = fast(model)

    loss, *gradients = rnn.loss_and_gradients(xs, ys)

    expected_loss, *expected = model.loss_and_gradients(xs, ys)
    assert loss == pytest.approx(expected_loss, rel=1e-12)
    assert_near(gradients, expected, 1e-10)
