"""The layout of an epoch's words: few shapes, nothing lost, nothing read beyond the end."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.training.cuda_graphs import layout as epoch_tables
from engine.training.cuda_graphs.layout import (
    IS_INNER,
    IS_WORD,
    NEXT,
    PLACE,
    WORD,
    EpochTables,
    rounded_up,
)
from tests.engine.support.device_runs import sentences_of

CPU = torch.device("cpu")


def test_that_the_picture_of_the_module_is_what_is_laid_out() -> None:
    sentences = sentences_of([3, 2, 4], 50)
    a, b, c = (sentences.sequence(number).tolist() for number in range(3))
    tables = EpochTables(sentences, CPU, 2)

    planned = tables.begin(np.arange(3), 2)

    assert planned == [((5, 3, 2), 5, 2), ((4, 4, 2), 4, 1)]
    columns = tables.columns[:, :9].tolist()
    assert columns[WORD] == [*a[:-1], *b[:-1], *c[:-1]]
    assert columns[NEXT] == [*a[1:], *b[1:], *c[1:]]
    assert columns[PLACE] == [0, 2, 4, 1, 3, 0, 2, 4, 6]
    assert columns[IS_WORD] == [1] * 9
    assert columns[IS_INNER] == [1, 1, 0, 1, 0, 1, 1, 1, 0]
    assert tables.first_slots.tolist() == [0, 3, 5, 0, 0]
    assert tables.columns[IS_WORD, 9:].sum() == 0


def test_that_slots_are_filled_up_with_nothing() -> None:
    tables = EpochTables(sentences_of([17, 2], 50), CPU, 1)

    first, _ = tables.begin(np.array([0, 1]), 1)

    assert first.shape == (18, 18, 1)
    assert tables.columns[:, 17].tolist() == [0, 0, 0, 0, 0]
    assert tables.columns[IS_WORD, :21].tolist() == [1] * 17 + [0] + [1, 1, 0]


@settings(max_examples=60)
@given(
    lengths=st.lists(st.integers(1, 70), min_size=1, max_size=20),
    batch_size=st.integers(1, 25),
    seed=st.integers(0, 99),
)
def test_that_everything_a_step_reads_is_within_the_tables(
    lengths: list[int], batch_size: int, seed: int
) -> None:
    sentences = sentences_of(lengths, 9, seed)
    tables = EpochTables(sentences, CPU, batch_size)
    size = min(batch_size, len(lengths))

    planned = tables.begin(np.random.default_rng(seed).permutation(len(lengths)), size)

    slot = sentence = 0
    for (slots, steps, _), words, count in planned:
        assert words <= slots <= 1.125 * words
        assert slots <= len(tables.numbers) >= steps
        assert tables.columns[IS_WORD, slot : slot + slots].sum() == words
        assert tables.columns[PLACE, slot : slot + slots].max() < steps * size
        starts = tables.first_slots[sentence : sentence + size]
        assert starts.max() + steps <= tables.columns.shape[1]
        slot, sentence = slot + slots, sentence + count
    assert slot <= tables.columns.shape[1]
    assert sum(each.words for each in planned) == sum(lengths)


@pytest.mark.parametrize("words_at_once", [1, 7, 1000])
def test_that_it_is_the_same_in_pieces(words_at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    sentences = sentences_of([5, 3, 8, 1, 1, 6], 50)
    whole, pieces = EpochTables(sentences, CPU, 2), EpochTables(sentences, CPU, 2)
    order = np.array([3, 1, 5, 0, 4, 2])
    whole.begin(order, 2)
    monkeypatch.setattr(epoch_tables, "_WORDS_AT_ONCE", words_at_once)

    pieces.begin(order[::-1].copy(), 2)
    pieces.begin(order, 2)

    assert torch.equal(pieces.columns, whole.columns)
    assert torch.equal(pieces.first_slots, whole.first_slots)


def test_that_numbers_are_rounded_up_to_few_sizes() -> None:
    numbers = np.arange(1, 5000)

    rounded = rounded_up(numbers, 4)

    assert (rounded >= numbers).all()
    assert (rounded <= 1.25 * numbers).all()
    assert set(rounded[16:32].tolist()) == {20, 24, 28, 32}
    assert rounded[:8].tolist() == [1, 2, 3, 4, 5, 6, 7, 8]
    assert len(set(rounded[63:1024].tolist())) == 17
