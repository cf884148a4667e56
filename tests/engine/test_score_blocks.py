"""Scores in blocks of vocabulary rows: the same numbers as one plain matrix."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.score_blocks import ScoreBlocks

SHAPES = st.fixed_dictionaries(
    {
        "word_dim": st.integers(4, 40),
        "hidden_dim": st.integers(1, 9),
        "words": st.sampled_from([1, 2, 15, 16, 17, 32, 45, 48]),
        "blocks": st.integers(1, 4),
        "seed": st.integers(0, 99),
    }
)


def drawn(*shape: int, seed: int) -> torch.Tensor:
    """Return numbers in (0, 1), not a seed for everybody."""
    return torch.rand(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def made(shape: dict[str, int]) -> tuple[ScoreBlocks, torch.Tensor, torch.Tensor]:
    """Return filled scores with the V (C, H) and s (n, H) that they are the product of."""
    C, H, n = shape["word_dim"], shape["hidden_dim"], shape["words"]
    V, s = drawn(C, H, seed=shape["seed"]), drawn(n, H, seed=shape["seed"] + 1)
    memory = torch.full((C * n,), torch.nan, dtype=torch.float64)
    blocks = ScoreBlocks(memory, n, shape["blocks"])
    blocks.fill(V, s)
    return blocks, V, s


@given(shape=SHAPES)
def test_that_the_scores_are_the_product_of_both(shape: dict[str, int]) -> None:
    E, V, s = made(shape)

    torch.testing.assert_close(E.times(V), (s @ V.t()) @ V)


@given(shape=SHAPES)
def test_that_powers_of_two_are_summed_for_each_word(shape: dict[str, int]) -> None:
    E, V, s = made(shape)

    sums = E.exp2()

    expected = torch.exp2(s @ V.t())  # (n, C)
    torch.testing.assert_close(sums, expected.sum(1))
    torch.testing.assert_close(E.times(V), expected @ V)


@given(shape=SHAPES)
def test_that_the_largest_score_of_each_word_is_taken_off(shape: dict[str, int]) -> None:
    E, V, s = made(shape)

    largest = E.take_off_largest()

    expected = s @ V.t()  # (n, C)
    torch.testing.assert_close(largest, expected.amax(1))
    torch.testing.assert_close(E.times(V), (expected - largest[:, None]) @ V)


@given(shape=SHAPES, scale=st.sampled_from([1.0, -0.5]))
def test_that_the_scaled_products_are_added(shape: dict[str, int], scale: float) -> None:
    E, V, s = made(shape)
    total = drawn(*V.shape, seed=7)
    before = total.clone()

    E.add_to(total, s, scale)

    torch.testing.assert_close(total, before + scale * (s @ V.t()).t() @ s)


@pytest.mark.parametrize("words", [3, 16])
def test_that_rows_left_over_are_a_part_of_their_own(words: int) -> None:
    E = ScoreBlocks(torch.empty(7 * words), words, 3)

    assert [tuple(part.shape) for part in E._parts] == [(3, 2, words), (1, 1, words)]
