"""Scores in blocks of vocabulary rows: the same numbers as one plain matrix."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.network.score_blocks import ScoreBlocks

SHAPES = st.fixed_dictionaries(
    {
        "word_dim": st.integers(12, 40),
        "hidden_dim": st.integers(1, 9),
        "words": st.sampled_from([1, 2, 15, 16, 17, 32, 45, 48]),
        "blocks": st.integers(1, 4),
        "panels": st.integers(1, 3),
        "seed": st.integers(0, 99),
    }
)


def drawn(*shape: int, seed: int) -> torch.Tensor:
    """Return numbers in (0, 1), not a seed for everybody."""
    return torch.rand(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def made(shape: dict[str, int]) -> tuple[ScoreBlocks, torch.Tensor, torch.Tensor]:
    """Return uninitialised scores, and a V (C, H) and s (n, H) for them."""
    C, H, n = shape["word_dim"], shape["hidden_dim"], shape["words"]
    V, s = drawn(C, H, seed=shape["seed"]), drawn(n, H, seed=shape["seed"] + 1)
    memory = torch.full((C * n,), torch.nan, dtype=torch.float64)
    return ScoreBlocks(memory, n, shape["blocks"], shape["panels"]), V, s


@given(shape=SHAPES)
def test_that_powers_of_two_are_summed_for_each_word(shape: dict[str, int]) -> None:
    E, V, s = made(shape)
    sums, product = torch.empty(len(s), dtype=s.dtype), torch.empty_like(s)

    E.exponentiate(V, s, sums, product)

    expected = torch.exp2(s @ V.t())  # (n, C)
    torch.testing.assert_close(sums, expected.sum(1))
    torch.testing.assert_close(product, expected @ V)


@given(shape=SHAPES)
def test_that_the_largest_score_of_each_word_is_taken_off(shape: dict[str, int]) -> None:
    E, V, s = made(shape)
    sums, product = torch.empty(len(s), dtype=s.dtype), torch.empty_like(s)

    largest = E.exponentiate_shifted(V, s, sums, product)

    scores = s @ V.t()  # (n, C)
    torch.testing.assert_close(largest, scores.amax(1))
    expected = torch.exp2(scores - largest[:, None])
    torch.testing.assert_close(sums, expected.sum(1))
    torch.testing.assert_close(product, expected @ V)


@given(shape=SHAPES)
def test_that_sums_alone_are_the_same(shape: dict[str, int]) -> None:
    E, V, s = made(shape)
    plain, shifted = torch.empty(2, len(s), dtype=s.dtype)

    E.exponentiate(V, s, plain)
    largest = E.exponentiate_shifted(V, s, shifted)

    torch.testing.assert_close(shifted * torch.exp2(largest), plain)


@given(shape=SHAPES, scale=st.sampled_from([1.0, -0.5]))
def test_that_the_scaled_products_are_added(shape: dict[str, int], scale: float) -> None:
    E, V, s = made(shape)
    E.exponentiate(V, s, torch.empty(len(s), dtype=s.dtype))
    total, factor = drawn(*V.shape, seed=7), drawn(*s.shape, seed=8)
    before = total.clone()

    E.add_to(total, factor, scale)

    expected = torch.exp2(V @ s.t())  # (C, n)
    torch.testing.assert_close(total, before + scale * expected @ factor)


@pytest.mark.parametrize("words", [3, 16])
@pytest.mark.parametrize(
    ("panels", "expected"),
    [
        (1, [(slice(0, 15), 3), (slice(15, 17), 1)]),
        (2, [(slice(0, 6), 3), (slice(6, 12), 3), (slice(12, 17), 1)]),
    ],
)
def test_that_rows_left_over_are_a_panel_of_their_own(
    words: int, panels: int, expected: list[tuple[slice, int]]
) -> None:
    E = ScoreBlocks(torch.empty(17 * words), words, 3, panels)

    assert E._panels == expected
