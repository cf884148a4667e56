"""The tutorial's methods: one suite for the NumPy reference and for PyTorch in float64.

The network of the literals has C = 2 words and H = 1, with numbers chosen so that it can be
followed with a pencil: U = (artanh ½, -1), W = 2, V = (2 ln 3, 0). On x = (0, 1) the states are
½ and tanh(-1 + 2·½) = 0, the scores (ln 3, 0) and (0, 0), the outputs (¾, ¼) and (½, ½).
"""

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
import torch

from engine.network.reference import RNNNumpy, initial_parameters, softmax
from engine.network.rnn import RNN

LN3 = math.log(3.0)
X, Y = [0, 1], [1, 0]
SENTENCE_X, SENTENCE_Y = [0, 4, 4, 2, 7], [4, 4, 2, 7, 1]

Factory = Callable[..., Any]


@pytest.fixture(params=[RNNNumpy, partial(RNN, dtype="float64")], ids=["RNNNumpy", "RNN"])
def make(request: pytest.FixtureRequest) -> Factory:
    return request.param


@pytest.fixture(
    params=[RNNNumpy.from_parameters, partial(RNN.from_parameters, dtype="float64")],
    ids=["RNNNumpy", "RNN"],
)
def by_hand(request: pytest.FixtureRequest) -> Any:
    U, V, W = np.array([[LN3 / 2.0, -1.0]]), np.array([[2.0 * LN3], [0.0]]), np.array([[2.0]])
    return request.param(U, V, W, bptt_truncate=1)


def test_that_the_defaults_are_the_tutorials(make: Factory) -> None:
    model = make(9)

    assert (model.word_dim, model.hidden_dim, model.bptt_truncate) == (9, 100, 4)


def test_that_initial_parameters_have_the_tutorials_shapes_and_bounds(make: Factory) -> None:
    U, V, W = make(400, 25, seed=3).parameters_as_numpy()

    assert (U.shape, V.shape, W.shape) == ((25, 400), (400, 25), (25, 25))
    for each, bound in ((U, 1 / 20), (V, 1 / 5), (W, 1 / 5)):
        assert 0.98 * bound < np.abs(each).max() <= bound
        assert abs(each.mean()) < 0.1 * bound


def test_that_both_classes_draw_the_same_parameters_from_a_seed(make: Factory) -> None:
    model = make(9, 3, seed=5)

    for mine, drawn in zip(model.parameters_as_numpy(), initial_parameters(9, 3, 5), strict=True):
        np.testing.assert_array_equal(mine, drawn)


def test_that_outputs_and_states_are_those_of_the_pencil(by_hand: Any) -> None:
    o, s = by_hand.forward_propagation(X)

    np.testing.assert_allclose(o, [[0.75, 0.25], [0.5, 0.5]], atol=1e-15)
    np.testing.assert_allclose(s, [[0.5], [0.0], [0.0]], atol=1e-15)


def test_that_every_output_is_a_distribution_over_the_vocabulary(make: Factory) -> None:
    o, s = make(50, 7).forward_propagation(SENTENCE_X)

    assert o.shape == (5, 50)
    assert s.shape == (6, 7)
    assert not s[-1].any()
    assert (o > 0.0).all()
    np.testing.assert_allclose(o.sum(axis=1), 1.0, atol=1e-14)


def test_that_the_next_word_is_predicted_with_the_largest_output(
    make: Factory, by_hand: Any
) -> None:
    model = make(50, 7)

    predicted = model.predict(SENTENCE_X)

    assert predicted.shape == (5,)
    assert predicted.tolist() == model.forward_propagation(SENTENCE_X)[0].argmax(1).tolist()
    assert by_hand.predict([0]).tolist() == [0]


def test_that_the_loss_is_that_of_the_pencil(by_hand: Any) -> None:
    assert by_hand.calculate_total_loss([X], [Y]) == pytest.approx(3.0 * math.log(2.0), abs=1e-14)
    assert by_hand.calculate_loss([X], [Y]) == pytest.approx(1.5 * math.log(2.0), abs=1e-14)


def test_that_the_mean_loss_divides_by_all_words(make: Factory) -> None:
    model = make(8, 3)
    xs, ys = [SENTENCE_X, [0], [0, 1]], [SENTENCE_Y, [1], [5, 1]]

    total = sum(model.calculate_total_loss([x], [y]) for x, y in zip(xs, ys, strict=True))

    assert model.calculate_total_loss(xs, ys) == pytest.approx(total, rel=1e-13)
    assert model.calculate_loss(xs, ys) == pytest.approx(total / 8, rel=1e-13)


@pytest.mark.parametrize(("truncate", "first"), [(0, 1.125 * LN3), (1, -0.375 * LN3)])
def test_that_gradients_are_those_of_the_pencil(by_hand: Any, truncate: int, first: float) -> None:
    dLdU, dLdV, dLdW = by_hand.bptt(X, Y, truncate)

    np.testing.assert_allclose(dLdU, [[first, -LN3]], atol=1e-14)
    np.testing.assert_allclose(dLdV, [[0.375], [-0.375]], atol=1e-14)
    np.testing.assert_allclose(dLdW, [[-0.5 * LN3]], atol=1e-14)


def test_that_the_networks_own_truncation_is_used_unless_another_is_given(make: Factory) -> None:
    model = make(8, 3, 1)

    own, given, full = (model.bptt(SENTENCE_X, SENTENCE_Y, *each) for each in ((), (1,), (9,)))

    np.testing.assert_array_equal(own[2], given[2])
    assert not np.allclose(own[2], full[2])


def test_that_gradients_of_many_sentences_are_sums(make: Factory) -> None:
    model = make(8, 3)
    xs, ys = [SENTENCE_X, [0], [0, 1]], [SENTENCE_Y, [1], [5, 1]]

    loss, *gradients = model.loss_and_gradients(xs, ys)

    assert loss == pytest.approx(model.calculate_total_loss(xs, ys), rel=1e-13)
    parts = [model.bptt(x, y) for x, y in zip(xs, ys, strict=True)]
    for gradient, part in zip(gradients, zip(*parts, strict=True), strict=True):
        np.testing.assert_allclose(gradient, sum(part), atol=1e-14)


def test_that_a_step_subtracts_rate_times_gradient(make: Factory) -> None:
    model = make(8, 3)
    before, gradients = model.parameters_as_numpy(), model.bptt(SENTENCE_X, SENTENCE_Y)

    model.sgd_step(SENTENCE_X, SENTENCE_Y, 0.25)

    for now, old, gradient in zip(model.parameters_as_numpy(), before, gradients, strict=True):
        np.testing.assert_allclose(now, old - 0.25 * gradient, atol=1e-14)


def test_that_steps_lower_the_loss(make: Factory) -> None:
    model = make(8, 5)
    before = model.calculate_loss([SENTENCE_X], [SENTENCE_Y])

    for _ in range(50):
        model.sgd_step(SENTENCE_X, SENTENCE_Y, 0.1)

    assert model.calculate_loss([SENTENCE_X], [SENTENCE_Y]) < 0.5 * before


def test_that_an_untrained_model_knows_nothing(make: Factory) -> None:
    random = np.random.default_rng(1)
    xs, ys = ([random.integers(0, 2000, 40).tolist() for _ in range(5)] for _ in range(2))

    loss = make(2000, 20).calculate_loss(xs, ys)

    assert loss == pytest.approx(math.log(2000), abs=0.02)


@pytest.mark.parametrize("hidden_dim", [1, 3])
def test_that_parameters_come_out_and_go_in_as_copies(make: Factory, hidden_dim: int) -> None:
    model = make(8, hidden_dim)
    parameters = model.parameters_as_numpy()
    twin = type(model).from_parameters(*parameters)

    for each in parameters:
        each[:] = 9.0
    twin.sgd_step(SENTENCE_X, SENTENCE_Y, 0.5)

    drawn = initial_parameters(8, hidden_dim, 0)
    for mine, each in zip(model.parameters_as_numpy(), drawn, strict=True):
        np.testing.assert_array_equal(mine, each)
    assert np.abs(twin.parameters_as_numpy()[0]).max() < 1.0
    assert twin.bptt_truncate == 4


def test_that_a_softmax_of_large_scores_does_not_overflow() -> None:
    np.testing.assert_allclose(softmax(np.array([1e4, 1e4, -1e4])), [0.5, 0.5, 0.0])


def test_that_parameters_of_other_shapes_are_refused() -> None:
    U, V, W = initial_parameters(6, 3, 0)

    with pytest.raises(ValueError, match="do not fit each other"):
        RNN.from_parameters(U, V[:-1], W)


def test_that_a_copy_is_independent_and_may_have_another_precision() -> None:
    model = RNN(8, 3, 2, dtype="float64")

    twin = model.copy(dtype="float32")
    model.sgd_step(SENTENCE_X, SENTENCE_Y, 0.5)

    fresh = RNN(8, 3, 2)
    assert twin.bptt_truncate == 2
    for copied, drawn in zip(twin.parameters_as_numpy(), fresh.parameters_as_numpy(), strict=True):
        assert copied.dtype == np.float32
        np.testing.assert_array_equal(copied, drawn)


def test_that_a_word_at_a_time_gives_the_states_of_the_sentence() -> None:
    model = RNN(8, 3, dtype="float64")
    state = model.initial_state(1)

    rows = []
    for word in SENTENCE_X:
        state = model.advance(model._batch([[word]], [[word]]).x, state)
        rows.append(state)

    np.testing.assert_allclose(torch.cat(rows), model.hidden_states(SENTENCE_X), atol=1e-15)
    o, _ = model.forward_propagation(SENTENCE_X)
    np.testing.assert_allclose(torch.softmax(model.logits(state), 1)[0], o[-1], atol=1e-15)
