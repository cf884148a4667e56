"""`RNNNumpy`: the tutorial's network in float64 NumPy, one sentence at a time.

This is the page to read first, and the oracle that the fast code is tested
against. It is written for the reader, not for speed: `engine.network.rnn.RNN` computes
the same numbers.

Letters: C = word_dim (words in the vocabulary), H = hidden_dim, T = words in
the sentence.
"""

from collections.abc import Sequence
from typing import Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Words: TypeAlias = Sequence[int] | NDArray[np.integer]


def initial_parameters(word_dim: int, hidden_dim: int, seed: int) -> tuple[Floats, Floats, Floats]:
    """Draw U, V and W as the tutorial does.

    Parameters
    ----------
    word_dim, hidden_dim : int
        C and H.
    seed : int
        The same seed gives the same parameters in both implementations.

    Returns
    -------
    U : float64 array of shape (H, C)
        Uniform in ±1/sqrt(C).
    V : float64 array of shape (C, H)
        Uniform in ±1/sqrt(H).
    W : float64 array of shape (H, H)
        Uniform in ±1/sqrt(H).
    """
    random = np.random.default_rng(seed)
    input_bound = 1.0 / np.sqrt(word_dim)
    hidden_bound = 1.0 / np.sqrt(hidden_dim)
    U = random.uniform(-input_bound, input_bound, (hidden_dim, word_dim))
    V = random.uniform(-hidden_bound, hidden_bound, (word_dim, hidden_dim))
    W = random.uniform(-hidden_bound, hidden_bound, (hidden_dim, hidden_dim))
    return U, V, W


def softmax(scores: Floats) -> Floats:
    """Return exp(scores) / sum(exp(scores)), shifted so that exp cannot overflow.

    Parameters
    ----------
    scores : float64 array of shape (C,)

    Returns
    -------
    float64 array of shape (C,)
        Positive and adding up to 1.
    """
    raised: Floats = np.exp(scores - scores.max())
    raised /= raised.sum()
    return raised


class RNNNumpy:
    """A vanilla recurrent network: s_t = tanh(U x_t + W s_{t-1}), o_t = softmax(V s_t).

    Parameters
    ----------
    word_dim : int
        C, the number of words in the vocabulary.
    hidden_dim : int
        H, the numbers that the network remembers.
    bptt_truncate : int
        How many steps an error goes back from the output that made it.
    seed : int
        Of the initial parameters.

    References
    ----------
    Denny Britz, "Recurrent Neural Networks Tutorial, Part 2", WildML, 2015.
    """

    def __init__(
        self, word_dim: int, hidden_dim: int = 100, bptt_truncate: int = 4, *, seed: int = 0
    ) -> None:
        self.word_dim = word_dim
        self.hidden_dim = hidden_dim
        self.bptt_truncate = bptt_truncate
        self.U, self.V, self.W = initial_parameters(word_dim, hidden_dim, seed)

    @classmethod
    def from_parameters(cls, U: Floats, V: Floats, W: Floats, *, bptt_truncate: int = 4) -> Self:
        """Build a network on copies of U (H, C), V (C, H) and W (H, H)."""
        model = cls.__new__(cls)
        model.hidden_dim, model.word_dim = U.shape
        model.bptt_truncate = bptt_truncate
        model.U, model.V, model.W = (np.array(each, dtype=np.float64) for each in (U, V, W))
        return model

    def parameters_as_numpy(self) -> tuple[Floats, Floats, Floats]:
        """Return copies of U (H, C), V (C, H) and W (H, H)."""
        return self.U.copy(), self.V.copy(), self.W.copy()

    def forward_propagation(self, x: Words) -> tuple[Floats, Floats]:
        """Run the network over one sentence.

        Parameters
        ----------
        x : int sequence of length T
            Word ids.

        Returns
        -------
        o : float64 array of shape (T, C)
            o[t] is the distribution of the word after x[t].
        s : float64 array of shape (T + 1, H)
            The hidden states; the last row is the zero state before the sentence,
            so that s[t - 1] is right at t = 0 too.
        """
        T = len(x)
        s = np.zeros((T + 1, self.hidden_dim))
        o = np.zeros((T, self.word_dim))
        for t in range(T):
            # U times a one-hot vector is the column of the word.
            s[t] = np.tanh(self.U[:, x[t]] + self.W @ s[t - 1])
            o[t] = softmax(self.V @ s[t])
        return o, s

    def predict(self, x: Words) -> NDArray[np.intp]:
        """Return the most probable next word after each word of x, shape (T,)."""
        o, _ = self.forward_propagation(x)
        words: NDArray[np.intp] = np.argmax(o, axis=1)
        return words

    def calculate_total_loss(self, xs: Sequence[Words], ys: Sequence[Words]) -> float:
        """Return the cross-entropy of all sentences, summed over their words, in nats."""
        total = 0.0
        for x, y in zip(xs, ys, strict=True):
            o, _ = self.forward_propagation(x)
            correct_word_predictions = o[np.arange(len(y)), y]  # (T,)
            total -= float(np.log(correct_word_predictions).sum())
        return total

    def calculate_loss(self, xs: Sequence[Words], ys: Sequence[Words]) -> float:
        """Return the mean cross-entropy in nats per word, SENTENCE_END included."""
        return self.calculate_total_loss(xs, ys) / sum(len(y) for y in ys)

    def bptt(
        self, x: Words, y: Words, bptt_truncate: int | None = None
    ) -> tuple[Floats, Floats, Floats]:
        """Differentiate the summed loss of one sentence, truncated as in the tutorial.

        Parameters
        ----------
        x, y : int sequences of length T
            The sentence, and the same shifted by one.
        bptt_truncate : int, optional
            Instead of the network's own; len(x) or more is the exact gradient.

        Returns
        -------
        dLdU : float64 array of shape (H, C)
        dLdV : float64 array of shape (C, H)
        dLdW : float64 array of shape (H, H)

        Notes
        -----
        From every output t the error goes back through the steps t, t - 1, …,
        max(0, t - bptt_truncate). dLdV is never truncated.
        """
        reach = self.bptt_truncate if bptt_truncate is None else bptt_truncate
        T = len(y)
        o, s = self.forward_propagation(x)
        dLdU, dLdV, dLdW = (np.zeros_like(each) for each in (self.U, self.V, self.W))
        delta_o = o
        delta_o[np.arange(T), y] -= 1.0  # (T, C)
        for t in reversed(range(T)):
            dLdV += np.outer(delta_o[t], s[t])
            delta_t = self.V.T @ delta_o[t] * (1.0 - s[t] ** 2)  # (H,)
            for step in reversed(range(max(0, t - reach), t + 1)):
                dLdW += np.outer(delta_t, s[step - 1])
                dLdU[:, x[step]] += delta_t
                delta_t = self.W.T @ delta_t * (1.0 - s[step - 1] ** 2)
        return dLdU, dLdV, dLdW

    def loss_and_gradients(
        self, xs: Sequence[Words], ys: Sequence[Words]
    ) -> tuple[float, Floats, Floats, Floats]:
        """Return the total loss of many sentences and the sums of their `bptt` gradients."""
        dLdU, dLdV, dLdW = (np.zeros_like(each) for each in (self.U, self.V, self.W))
        for x, y in zip(xs, ys, strict=True):
            for total, part in zip((dLdU, dLdV, dLdW), self.bptt(x, y), strict=True):
                total += part
        return self.calculate_total_loss(xs, ys), dLdU, dLdV, dLdW

    def sgd_step(self, x: Words, y: Words, learning_rate: float) -> None:
        """Take one step of gradient descent on the summed loss of one sentence."""
        dLdU, dLdV, dLdW = self.bptt(x, y)
        self.U -= learning_rate * dLdU
        self.V -= learning_rate * dLdV
        self.W -= learning_rate * dLdW
