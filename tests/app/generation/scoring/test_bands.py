"""The bands told apart by anyone: with each kind of colour blindness, and in grey."""

import itertools

import numpy as np
import pytest

from app.generation.scoring import bands
from app.shared.theme import DARK, LIGHT, Palette

# The full loss of one kind of cones, on linear RGB: G. M. Machado, M. M. Oliveira, L. A. F.
# Fernandes, "A Physiologically-based Model for Simulation of Color Vision Deficiency", IEEE
# Transactions on Visualization and Computer Graphics 15(6), 2009, table 1.
SEEN_BY = {
    "anyone": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
LUMINANCE = np.array([0.2126, 0.7152, 0.0722])
CASES = [(LIGHT, bands.LIGHT), (DARK, bands.DARK)]


def luminance(colour: str, kind: str) -> float:
    values = np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)]) / 255.0
    linear = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    return float(LUMINANCE @ np.clip(SEEN_BY[kind] @ linear, 0.0, 1.0))


def contrast(one: str, other: str, kind: str) -> float:
    low, high = sorted((luminance(one, kind), luminance(other, kind)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("kind", SEEN_BY)
@pytest.mark.parametrize(("palette", "colours"), CASES, ids=["light", "dark"])
def test_that_each_band_is_told_from_the_next(
    kind: str, palette: Palette, colours: tuple[str, ...]
) -> None:
    steps = [palette.background, *colours[1:]]

    seen = [luminance(colour, kind) for colour in steps]

    assert seen == sorted(seen, reverse=not palette.is_dark)
    assert min(itertools.starmap(_apart(kind), itertools.pairwise(steps))) > 1.2
    text = [contrast(palette.foreground, colour, kind) for colour in steps]
    assert min(text) >= 4.5


def _apart(kind: str):  # type: ignore[no-untyped-def]
    return lambda one, other: contrast(one, other, kind)
