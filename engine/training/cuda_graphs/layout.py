"""The words of an epoch on the device, batch after batch, as static steps read them.

A recorded step must find everything at the same place and in the same shape each time. So
the batches of an epoch are laid out once, when it begins: each has a row of slots, a few
more than it has words, and what a step needs of a word stands in columns above its slot.
Nothing is sent to the device, and nothing is asked of it, until the next epoch::

    batch                0                          1
    sentences            a         b     (filled up)c
    slot                 0  1  2   3  4   5         6  7  8  9
    WORD                 a0 a1 a2  b0 b1  0         c0 c1 c2 c3
    NEXT                 a1 a2 a3  b1 b2  0         c1 c2 c3 c4
    PLACE (t · B + j)    0  B  2B  1  B+1 0         0  B  2B 3B
    IS_WORD              1  1  1   1  1   0         1  1  1  1
    IS_INNER             1  1  0   1  0   0         1  1  1  0

The numbers of slots and steps are rounded up to few sizes (`rounded_up`), so that few
shapes are recorded. What is done with the tables is the affair of `gradients`.

Letters: S sentences, B sentences of a batch, T steps (words of its longest sentence, rounded
up), N slots of a batch.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from engine.corpus.corpus import Sentences
from engine.network.device import upload

WORD, NEXT, PLACE, IS_WORD, IS_INNER = range(5)
_COLUMNS = 5

_SIZES_OF_SLOTS = 8  # between a power of two and the next: at most 1/8 of the slots is empty
_SIZES_OF_STEPS = 4
_WORDS_AT_ONCE = 1 << 22  # laid out; each takes about 100 bytes meanwhile


class StepShape(NamedTuple):
    """What distinguishes one recorded step from another."""

    slots: int  # N
    steps: int  # T
    sentences: int  # B


class Planned(NamedTuple):
    """One batch of the epoch, as the host knows it."""

    shape: StepShape
    words: int
    sentences: int  # fewer than `shape.sentences` at the end of an epoch


def rounded_up(number: NDArray[np.int64], sizes: int) -> NDArray[np.int64]:
    """Round up to numbers of which there are `sizes` (a power of two) from 2^k to 2^(k+1)."""
    exponent = np.frexp(number.astype(np.float64) - 0.5)[1].astype(np.int64)  # number <= 2^exponent
    grain = 1 << np.maximum(0, exponent - sizes.bit_length())
    rounded: NDArray[np.int64] = -(-number // grain) * grain
    return rounded


class EpochTables:
    """The sentences on the device, and the epoch under way.

    A form of its own since a recorded step finds everything at the same place and in few shapes.

    Parameters
    ----------
    sentences : Sentences
    device : torch.device
    batch_size : int
        B, sentences a batch, of the largest batches that are to come.

    Attributes
    ----------
    columns : int32 tensor of shape (5, slots)
        By WORD, NEXT, PLACE, IS_WORD, IS_INNER; never another tensor.
    first_slots : int64 tensor of shape (S + B,)
        Of each sentence in the order of the epoch; valid slots for B sentences beyond the last.
    cursor : int64 tensor of shape (2,)
        Sentences and slots before the next batch; moved on by the steps themselves.
    numbers : int64 tensor
        0, 1, 2, … as far as slots, steps and sentences of a batch go.
    """

    def __init__(self, sentences: Sentences, device: torch.device, batch_size: int) -> None:
        self._device = device
        self._most_sentences = batch_size = min(batch_size, len(sentences))
        self._lengths = np.diff(sentences.offsets) - 1  # (S,) words to predict
        # Once for the run, so it may be waited for: memory that may not move is scarce.
        self._ids = torch.from_numpy(np.ascontiguousarray(sentences.ids)).to(device)  # int32
        self._starts = upload(sentences.offsets[:-1], device)  # (S,)
        words = int(self._lengths.sum())
        most_steps = int(rounded_up(self._lengths.max(keepdims=True), _SIZES_OF_STEPS)[0])
        # Every batch is rounded up by less than an eighth; a step may read T slots beyond a start.
        slots = words + words // _SIZES_OF_SLOTS + 1 + most_steps
        self.columns = torch.zeros(_COLUMNS, slots, dtype=torch.int32, device=device)
        self.first_slots = torch.zeros(
            len(sentences) + batch_size, dtype=torch.int64, device=device
        )
        self.cursor = torch.zeros(2, dtype=torch.int64, device=device)
        longest = np.partition(self._lengths, -batch_size)[-batch_size:]
        most = int(rounded_up(longest.sum(keepdims=True), _SIZES_OF_SLOTS)[0])
        self.numbers = torch.arange(max(most, most_steps, batch_size), device=device)

    def begin(self, order: NDArray[np.int64], batch_size: int) -> list[Planned]:
        """Lay out the sentences `order`, B at a time, and return the batches."""
        batch_size = min(batch_size, self._most_sentences)
        lengths = self._lengths[order]  # (sentences,)
        firsts = np.arange(0, len(order), batch_size)  # (batches,) of each batch's sentences
        words = np.add.reduceat(lengths, firsts)  # (batches,)
        longest = np.maximum.reduceat(lengths, firsts)
        slots = rounded_up(words, _SIZES_OF_SLOTS)
        # One sentence needs no rows to be filled up at its steps, so steps and slots are one.
        steps = slots if batch_size == 1 else rounded_up(longest, _SIZES_OF_STEPS)
        counts = np.diff(np.append(firsts, len(order)))  # (batches,) sentences
        before = np.cumsum(lengths) - lengths  # (sentences,) words
        moved = np.cumsum(slots) - slots - before[firsts]  # (batches,)
        first_slots = before + np.repeat(moved, counts)  # (sentences,)
        self._write(order, lengths, first_slots, batch_size)
        numbers = (each.tolist() for each in (slots, steps, words, counts))
        return [
            Planned(StepShape(N, T, batch_size), word_count, sentence_count)
            for N, T, word_count, sentence_count in zip(*numbers, strict=True)
        ]

    def _write(
        self,
        order: NDArray[np.int64],
        lengths: NDArray[np.int64],
        first_slots: NDArray[np.int64],
        batch_size: int,
    ) -> None:
        self.cursor.zero_()
        self.columns.zero_()
        self.first_slots.zero_()
        self.first_slots[: len(order)] = upload(first_slots, self._device)
        on_device = upload(order, self._device)  # (sentences,)
        lengths_there = upload(lengths, self._device)  # (sentences,)
        for some, words in _pieces(lengths):
            self._write_some(on_device, lengths_there, some, words, batch_size)

    def _write_some(
        self,
        order: torch.Tensor,
        lengths: torch.Tensor,
        some: slice,
        words: int,
        batch_size: int,
    ) -> None:
        """Fill the slots of the sentences `some`; every tensor is int64 of shape (words,)."""
        lengths = lengths[some]
        number = torch.arange(len(lengths), device=self._device)  # (sentences,)
        # With the size given, the device need not be asked for it.
        sentence = torch.repeat_interleave(number, lengths, output_size=words)
        first_word = lengths.cumsum(0) - lengths  # (sentences,)
        step = torch.arange(words, device=self._device) - first_word[sentence]
        source = self._starts[order[some]][sentence] + step
        columns = torch.stack(
            [
                self._ids[source],
                self._ids[source + 1],
                step * batch_size + (sentence + some.start) % batch_size,
                torch.ones_like(step),
                step + 1 < lengths[sentence],
            ]
        )
        slot = self.first_slots[some][sentence] + step
        self.columns.index_copy_(1, slot, columns.to(torch.int32))


def _pieces(lengths: NDArray[np.int64]) -> Iterator[tuple[slice, int]]:
    """Yield runs of sentences with about `_WORDS_AT_ONCE` words, and their words."""
    piece = np.cumsum(lengths) // _WORDS_AT_ONCE
    bounds = [0, *(np.flatnonzero(np.diff(piece)) + 1).tolist(), len(lengths)]
    for first, last in pairwise(bounds):
        yield slice(first, last), int(lengths[first:last].sum())
