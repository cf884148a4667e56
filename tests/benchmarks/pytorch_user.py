"""The same network as a PyTorch user would write it, for comparison.

nn.Embedding, nn.RNN, nn.Linear and cross_entropy with autograd, in the forms that
forums and tutorials show. Nothing in the program but the benchmark uses this.
PyTorch's layers have biases and a second input matrix; they change the time little.

Letters: C words in the vocabulary, H hidden units, B sentences, T steps of the
longest one, N words without padding.
"""

from collections.abc import Callable

import torch
from torch import nn
from torch.nn import functional
from torch.nn.functional import cross_entropy
from torch.nn.utils.rnn import pack_padded_sequence, pad_sequence

from tests.benchmarks.data import Pair

_TINY_RATE = 1e-5  # thousands of steps leave the network as it was


class UserRNN(nn.Module):
    """A language model of PyTorch's own layers.

    Parameters
    ----------
    word_dim, hidden_dim : int
        C and H.
    layer : nn.RNN or nn.LSTM
    """

    def __init__(
        self, word_dim: int, hidden_dim: int, layer: type[nn.RNN | nn.LSTM] = nn.RNN
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(word_dim, hidden_dim)
        self.rnn = layer(hidden_dim, hidden_dim, batch_first=True)
        self.output = nn.Linear(hidden_dim, word_dim)


def one_sentence_sgd(
    word_dim: int, hidden_dim: int, pairs: list[Pair], device: torch.device
) -> Callable[[], int]:
    """Return a function that takes one step for each sentence and returns the words."""
    model = UserRNN(word_dim, hidden_dim).to(device)
    optimizer = torch.optim.SGD(model.parameters(), lr=_TINY_RATE)
    ready = [(torch.tensor([x], device=device), torch.tensor(y, device=device)) for x, y in pairs]

    def run() -> int:
        for x, y in ready:  # (1, T), (T,)
            optimizer.zero_grad()
            states, _ = model.rnn(model.embedding(x))  # (1, T, H)
            loss = cross_entropy(model.output(states)[0], y, reduction="sum")
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
        return sum(len(y) for _, y in ready)

    return run


class PaddedBatch:
    """Sentences as the rows of one rectangle, the longest first.

    Attributes
    ----------
    x, y : int64 tensors of shape (B, T)
    is_word : bool tensor of shape (B, T)
        False on the padding.
    lengths : int64 tensor of shape (B,), on the CPU
    words : int
        N.
    """

    def __init__(self, pairs: list[Pair], device: torch.device) -> None:
        longest_first = sorted(pairs, key=lambda pair: -len(pair[1]))
        xs, ys = ([torch.tensor(words) for words in side] for side in zip(*longest_first))  # noqa: B905
        self.lengths = torch.tensor([len(y) for y in ys])
        self.words = int(self.lengths.sum())
        self.x = pad_sequence(xs, batch_first=True).to(device)
        self.y = pad_sequence(ys, batch_first=True, padding_value=-100).to(device)
        self.is_word = self.y >= 0
        self.y_of_words = self.y[self.is_word]  # (N,)
        self.y_packed = self.packed(self.y).data  # (N,)

    def packed(self, padded: torch.Tensor) -> nn.utils.rnn.PackedSequence:
        """Return (B, T, …) as PyTorch's packed sequence."""
        return pack_padded_sequence(padded, self.lengths, batch_first=True)


def padded_loss(model: UserRNN, batch: PaddedBatch) -> torch.Tensor:
    """Return the summed loss with scores for the padding too, which are then ignored."""
    states, _ = model.rnn(model.embedding(batch.x))  # (B, T, H)
    scores = model.output(states)  # (B, T, C)
    return cross_entropy(
        scores.flatten(0, 1), batch.y.flatten(), ignore_index=-100, reduction="sum"
    )


def masked_loss(model: UserRNN, batch: PaddedBatch) -> torch.Tensor:
    """Return the summed loss, the padding left out before the output layer."""
    states, _ = model.rnn(model.embedding(batch.x))  # (B, T, H)
    return cross_entropy(model.output(states[batch.is_word]), batch.y_of_words, reduction="sum")


def packed_loss(model: UserRNN, batch: PaddedBatch) -> torch.Tensor:
    """Return the summed loss of a packed sequence: no padding in the recurrence either."""
    states, _ = model.rnn(batch.packed(model.embedding(batch.x)))
    return cross_entropy(model.output(states.data), batch.y_packed, reduction="sum")


HAS_FUSED_LOSS = hasattr(functional, "linear_cross_entropy")  # from PyTorch 2.13 on


def fused_loss(model: UserRNN, batch: PaddedBatch) -> torch.Tensor:
    """Return the summed loss with PyTorch's own chunked output layer, the padding left out."""
    states, _ = model.rnn(model.embedding(batch.x))  # (B, T, H)
    loss: torch.Tensor = functional.linear_cross_entropy(
        states[batch.is_word],
        model.output.weight,
        batch.y_of_words,
        linear_bias=model.output.bias,
        reduction="sum",
        options=nn.LinearCrossEntropyOptions(),
    )
    return loss


Loss = Callable[[UserRNN, PaddedBatch], torch.Tensor]


def gradients(
    loss_of: Loss,
    word_dim: int,
    hidden_dim: int,
    pairs: list[Pair],
    device: torch.device,
) -> Callable[[], int]:
    """Return a function that computes the gradients of all sentences and returns the words."""
    model = UserRNN(word_dim, hidden_dim).to(device)
    batch = PaddedBatch(pairs, device)

    def run() -> int:
        model.zero_grad()
        loss_of(model, batch).backward()  # type: ignore[no-untyped-call]
        return batch.words

    return run


def adam_steps(
    word_dim: int, hidden_dim: int, pairs: list[Pair], device: torch.device
) -> Callable[[], int]:
    """Return a function that pads the sentences and trains on them as the fast recipe does."""
    model = UserRNN(word_dim, hidden_dim).to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=_TINY_RATE)

    def run() -> int:
        batch = PaddedBatch(pairs, device)
        optimizer.zero_grad()
        (masked_loss(model, batch) / batch.words).backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        return batch.words

    return run
