"""Many sentences as one flat batch without padding.

The words of a batch lie sentence after sentence (rows), the longest sentence
first. The recurrence needs them step after step instead; because the sentences
are sorted, the ones still running at a step are always the first ones::

    sentence-major row        0  1  2  3 | 4  5  6 | 7
                              a0 a1 a2 a3| b0 b1 b2| c0

    time-major row            0  1  2 | 3  4 | 5  6 | 7
                              a0 b0 c0| a1 b1| a2 b2| a3
    step_sizes                3         2      2      1

    to_time_major             0  3  5  7   1  4  6   2

No other layout is needed: what reaches back in time (`engine.network.bptt`) is a shift
by one row in the sentence-major order.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray

from engine.network.output_layer import SharedStates, find_shared_states
from engine.network.reference import Words
from engine.network.sampled_output import SampledWords


@dataclass(frozen=True, slots=True, kw_only=True)
class Masks:
    """Which numbers a step leaves out (dropout): 0 there, and what makes up for it elsewhere.

    References
    ----------
    Srivastava et al., "Dropout: A Simple Way to Prevent Neural Networks from Overfitting", 2014.
    Zaremba et al., "Recurrent Neural Network Regularization", 2014: none from step to step.
    """

    inputs: torch.Tensor  # (N, H), sentence-major, of U x
    outputs: torch.Tensor  # (N, H), of what V sees of the hidden state

    def to(self, device: torch.device) -> "Masks":
        """Return copies on `device`."""
        return Masks(inputs=self.inputs.to(device), outputs=self.outputs.to(device))


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Word ids and layout of some sentences; N words in all, longest sentence first.

    A form of its own since the recurrence goes step by step through many sentences at once.
    """

    x: torch.Tensor  # int64 (N,), sentence-major
    y: torch.Tensor  # int64 (N,), sentence-major
    x_time_major: torch.Tensor  # int64 (N,)
    to_time_major: torch.Tensor  # int64 (N,), row of each word in the time-major order
    is_inner: torch.Tensor  # bool (N, 1), False on the last word of each sentence
    step_sizes: list[int]  # sentences still running at each step; sum = N
    sentences: int
    shared: SharedStates | None = None
    masks: Masks | None = None
    sample: SampledWords | None = None  # what a step's softmax is over; None: all words

    @property
    def words(self) -> int:
        """N, the words to predict."""
        return len(self.x)

    @property
    def longest(self) -> int:
        """The number of steps of the longest sentence."""
        return len(self.step_sizes)

    def to(self, device: torch.device) -> "Batch":
        """Return the batch on `device`, itself if it is there."""
        if self.x.device == device:
            return self
        return Batch(
            x=self.x.to(device, non_blocking=True),
            y=self.y.to(device, non_blocking=True),
            x_time_major=self.x_time_major.to(device, non_blocking=True),
            to_time_major=self.to_time_major.to(device, non_blocking=True),
            is_inner=self.is_inner.to(device, non_blocking=True),
            step_sizes=self.step_sizes,
            sentences=self.sentences,
            shared=None if self.shared is None else self.shared.to(device),
            masks=None if self.masks is None else self.masks.to(device),
            sample=None if self.sample is None else self.sample.to(device),
        )

    def with_masks(self, masks: Masks) -> "Batch":
        """Return the same words with numbers left out; no two words share a state then."""
        return replace(self, masks=masks, shared=None)

    def with_sample(self, sample: SampledWords) -> "Batch":
        """Return the same words with a softmax over some words only, for a step."""
        return replace(self, sample=sample)


def batch_from_flat(
    ids: NDArray[np.int32], offsets: NDArray[np.int64], chosen: NDArray[np.int64]
) -> Batch:
    """Gather the chosen sentences of a flat store.

    Parameters
    ----------
    ids : int32 array
        All sentences in a row, each framed by SENTENCE_START and SENTENCE_END.
    offsets : int64 array of shape (S + 1,)
        Sentence k is ids[offsets[k] : offsets[k + 1]].
    chosen : int64 array of shape (B,)
        Sentence numbers, in any order, B >= 1.
    """
    if len(chosen) == 1:
        begin, end = offsets[chosen[0]], offsets[chosen[0] + 1]
        framed = ids[begin:end].astype(np.int64)
        return _one_sentence(framed[:-1], framed[1:])
    lengths = offsets[chosen + 1] - offsets[chosen] - 1  # (B,) words to predict
    longest_first = np.argsort(-lengths, kind="stable")
    return _layout(ids, offsets[chosen][longest_first], lengths[longest_first])


def batch_from_pairs(xs: Sequence[Words], ys: Sequence[Words]) -> Batch:
    """Pack sentences given as the tutorial gives them: x, and y shifted by one.

    Raises
    ------
    ValueError
        If there is no sentence, an empty one, or an x and a y that do not fit
        each other.
    """
    if len(xs) != len(ys) or not xs:
        raise ValueError(f"{len(xs)} sentences x for {len(ys)} sentences y")
    for x, y in zip(xs, ys, strict=True):
        if len(x) != len(y) or len(x) == 0:
            raise ValueError(f"a sentence of {len(x)} words x has {len(y)} words y")
    if len(xs) == 1:
        x, y = (np.array(each[0], dtype=np.int64) for each in (xs, ys))
        return _one_sentence(x, y)
    lengths = np.array([len(x) for x in xs], dtype=np.int64)
    longest_first = np.argsort(-lengths, kind="stable")
    ordered = [int(k) for k in longest_first]
    x_flat = np.concatenate([np.asarray(xs[k], dtype=np.int64) for k in ordered])
    y_flat = np.concatenate([np.asarray(ys[k], dtype=np.int64) for k in ordered])
    return _with_layout(x_flat, y_flat, lengths[longest_first])


def _one_sentence(x: NDArray[np.int64], y: NDArray[np.int64]) -> Batch:
    """Lay out a single sentence, whose two orders are one: exact SGD does it at every step."""
    words = len(x)
    x_there = torch.from_numpy(x)
    is_inner = np.ones((words, 1), dtype=bool)
    is_inner[-1] = False
    return Batch(
        x=x_there,
        y=torch.from_numpy(y),
        x_time_major=x_there,
        to_time_major=torch.arange(words),
        is_inner=torch.from_numpy(is_inner),
        step_sizes=[1] * words,
        sentences=1,
    )


def _layout(ids: NDArray[np.int32], starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> Batch:
    first_row = np.cumsum(lengths) - lengths  # (B,)
    source = np.arange(int(lengths.sum())) + np.repeat(starts - first_row, lengths)  # (N,)
    return _with_layout(ids[source].astype(np.int64), ids[source + 1].astype(np.int64), lengths)


def _with_layout(x: NDArray[np.int64], y: NDArray[np.int64], lengths: NDArray[np.int64]) -> Batch:
    sentences, longest = len(lengths), int(lengths[0])
    ends = np.cumsum(lengths)  # (B,)
    time = np.arange(len(x)) - np.repeat(ends - lengths, lengths)  # (N,) step of each row
    # Sentences that reach step t = all minus those of t words or fewer.
    step_sizes = sentences - np.cumsum(np.bincount(lengths, minlength=longest + 1))[:longest]
    block_start = np.cumsum(step_sizes) - step_sizes  # (longest,)
    to_time_major = block_start[time] + np.repeat(np.arange(sentences), lengths)  # (N,)
    x_time_major = np.empty_like(x)
    x_time_major[to_time_major] = x
    is_inner = np.ones((len(x), 1), dtype=bool)
    is_inner[ends - 1] = False
    return Batch(
        x=torch.from_numpy(x),
        y=torch.from_numpy(y),
        x_time_major=torch.from_numpy(x_time_major),
        to_time_major=torch.from_numpy(to_time_major),
        is_inner=torch.from_numpy(is_inner),
        step_sizes=step_sizes.tolist(),
        sentences=sentences,
        shared=find_shared_states(x, lengths),
    )


def batches_by_length(
    offsets: NDArray[np.int64], words: int, chosen: NDArray[np.int64] | None = None
) -> list[NDArray[np.int64]]:
    """Group all or the chosen sentences by length into batches of about `words` words."""
    lengths = np.diff(offsets) - 1  # (S,)
    members = np.arange(len(lengths)) if chosen is None else chosen
    by_length = members[np.argsort(lengths[members], kind="stable")]
    batch_of = np.cumsum(lengths[by_length]) // words
    return np.split(by_length, np.flatnonzero(np.diff(batch_of)) + 1)
