"""A softmax over a batch's own words and a sample: its gradients, and what it is on average."""

import math

import pytest
import torch

from engine.network.batching import batch_from_pairs
from engine.network.rnn import RNN
from engine.network.sampled_output import draw_words

XS, YS = [[0, 4, 4, 2], [0, 3, 2], [0, 3]], [[4, 4, 2, 1], [3, 2, 1], [3, 1]]
C = 40


def drawn(y: torch.Tensor, share: float, seed: int = 0):  # type: ignore[no-untyped-def]
    probabilities = torch.full((C,), share, dtype=torch.float64)
    probabilities[:3] = 1.0
    return draw_words(y, probabilities, torch.Generator().manual_seed(seed))


def a_network() -> RNN:
    return RNN(C, 5, 10, dtype="float64", seed=4)


@pytest.mark.parametrize("sentences", [1, 3])
@pytest.mark.parametrize("share", [0.3, 1.0])
def test_that_the_gradients_are_those_of_the_weighted_sum(sentences: int, share: float) -> None:
    rnn, xs, ys = a_network(), XS[:sentences], YS[:sentences]
    batch = batch_from_pairs(xs, ys)
    sample = drawn(batch.y, share)
    gradients = tuple(torch.full_like(each, 9.0) for each in rnn.parameters())

    loss = rnn.write_gradients(batch.with_sample(sample), gradients, 10, scale=0.5)

    leaves = [each.clone().requires_grad_() for each in rnn.parameters()]
    U_by_word, V, W = leaves
    expected = torch.zeros((), dtype=torch.float64)
    for x, y in zip(xs, ys, strict=True):
        s = torch.zeros(5, dtype=torch.float64)
        for word, following in zip(x, y, strict=True):
            s = torch.tanh(U_by_word[word] + W @ s)
            scores = V[sample.words] @ s + sample.log_weights
            expected = expected + scores.logsumexp(0) - V[following] @ s
    of_autograd = torch.autograd.grad(expected, leaves)
    assert float(loss) == pytest.approx(float(expected.detach()), rel=1e-12)
    for mine, theirs in zip(gradients, of_autograd, strict=True):
        torch.testing.assert_close(mine, 0.5 * theirs, rtol=1e-10, atol=1e-12)
    if share == 1.0:
        exact = rnn.write_gradients(batch, gradients, 10)
        assert float(loss) == pytest.approx(float(exact), rel=1e-12)


def test_that_the_batch_s_own_words_are_always_there_and_count_once() -> None:
    y = torch.tensor([7, 30, 7, 1])

    for seed in range(20):
        sample = drawn(y, 0.2, seed)
        assert torch.equal(sample.words[sample.y], y)
        assert (sample.words.diff() > 0).all()
        assert {0, 1, 2, 7, 30} <= set(sample.words.tolist())
        own = torch.isin(sample.words, torch.tensor([0, 1, 2, 7, 30]))
        assert (sample.log_weights[own] == 0.0).all()
        assert sample.log_weights[~own].tolist() == pytest.approx(
            [math.log(5.0)] * int((~own).sum())
        )


def test_that_the_sum_is_right_on_average() -> None:
    y, scores = torch.tensor([7, 30]), torch.linspace(-1.0, 2.0, C, dtype=torch.float64)

    sums = []
    for seed in range(2000):
        sample = drawn(y, 0.25, seed)
        sums.append(float((scores[sample.words] + sample.log_weights).exp().sum()))

    error = torch.tensor(sums).std() / math.sqrt(len(sums))
    assert sum(sums) / len(sums) == pytest.approx(float(scores.exp().sum()), abs=4.0 * float(error))


def test_that_an_evaluation_is_over_all_words() -> None:
    rnn = a_network()
    batch = batch_from_pairs(XS, YS)

    sampled = rnn.word_losses(batch.with_sample(drawn(batch.y, 0.1)))

    assert torch.equal(sampled, rnn.word_losses(batch))
