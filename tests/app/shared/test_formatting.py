"""How numbers are written for people."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.shared import formatting


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.4, "0 s"),
        (59.4, "59 s"),
        (59.6, "1 min 00 s"),
        (65, "1 min 05 s"),
        (3599.7, "1 h 00 min"),
        (7380, "2 h 03 min"),
        (None, "–"),
        (math.inf, "–"),
    ],
)
def test_that_a_duration_reads_naturally(seconds: float | None, text: str) -> None:
    assert formatting.format_duration(seconds) == text


@pytest.mark.parametrize(
    ("log_probability", "text"),
    [
        (0.0, "1"),
        (math.log(0.125), "0.125"),
        (math.log(1.2e-14), "1.2e-14"),
        (-5000.0 * math.log(10.0), "1.0e-5000"),
        (math.log(9.96e-9), "1.0e-8"),
    ],
)
def test_that_a_probability_keeps_its_size(log_probability: float, text: str) -> None:
    assert formatting.format_probability(log_probability) == text


@pytest.mark.parametrize(
    ("log_probability", "text"),
    [
        (0.0, "1 in 1"),
        (math.log(1 / 2.5), "1 in 2.5"),
        (math.log(1 / 12_345), "1 in 12,345"),
        (-math.log(8.3e13), "1 in 8.3 × 10¹³"),
    ],
)
def test_that_odds_name_one_in_how_many(log_probability: float, text: str) -> None:
    assert formatting.format_odds(log_probability) == text


@given(st.floats(min_value=-1e6, max_value=0.0))
def test_that_a_possible_sentence_is_never_shown_as_impossible(log_probability: float) -> None:
    text = formatting.format_probability(log_probability)

    assert not text.startswith("0e")
    assert text not in ("0", "0.0")


@pytest.mark.parametrize(
    ("share", "text"), [(0.0, "0.0 %"), (0.0001, "< 0.1 %"), (0.0641, "6.4 %"), (1.0, "100.0 %")]
)
def test_that_a_small_share_is_not_shown_as_nothing(share: float, text: str) -> None:
    assert formatting.format_percent(share) == text


@pytest.mark.parametrize(
    ("perplexity", "text"),
    [
        (7.345, "7.34"),
        (123.4, "123"),
        (8123.0, "8,120"),
        (2.5e9, "2.5 × 10⁹"),
        (9e99, "9.0 × 10⁹⁹"),
        (1e304, "> 10¹⁰⁰"),
        (math.inf, "> 10¹⁰⁰"),
        (math.nan, "–"),
    ],
)
def test_that_a_perplexity_has_about_three_digits(perplexity: float, text: str) -> None:
    assert formatting.format_perplexity(perplexity) == text


@pytest.mark.parametrize(
    ("loss", "text"),
    [
        (6.0123, "6.012"),
        (999.5, "999.500"),
        (98_996.3, "99,000"),
        (141_482.817, "141,000"),
        (3.2e18, "3.2 × 10¹⁸"),
    ],
)
def test_that_a_loss_that_exploded_is_written_without_its_fractions(loss: float, text: str) -> None:
    assert formatting.format_loss(loss) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.0, "0"),
        (0.05, "0.05"),
        (7.5, "7.5"),
        (20_000.0, "20,000"),
        (250_000.0, "250,000"),
        (1e6, "10⁶"),
        (2.5e6, "2.5 × 10⁶"),
        (1e15, "10¹⁵"),
        (1e-5, "10⁻⁵"),
    ],
)
def test_that_a_tick_is_written_as_short_as_it_can_be(number: float, text: str) -> None:
    assert formatting.format_tick(number) == text


def test_that_a_count_takes_its_noun_in_the_right_number() -> None:
    assert formatting.counted(1, "row") == "1 row"
    assert formatting.counted(12_345, "row") == "12,345 rows"
    assert formatting.counted(2, "entry", "entries") == "2 entries"


def test_that_long_text_is_cut_to_one_line() -> None:
    assert formatting.shorten("one\ntwo  three four", 10) == "one two t…"


def test_that_numbers_that_are_not_known_show_a_dash() -> None:
    assert formatting.format_loss(None) == "–"
    assert formatting.format_rate(math.nan) == "–"
    assert formatting.format_speed(math.inf) == "–"
    assert formatting.format_bits(math.inf) == "–"


def test_that_a_large_learning_rate_is_written_in_full() -> None:
    assert formatting.format_rate(1000.0) == "1,000"
    assert formatting.format_rate(1e38) == "1.0 × 10³⁸"


def test_that_a_speed_has_three_digits() -> None:
    assert formatting.format_speed(12_345.6) == "12,300 words/s"


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1000, "1 kB"),
        (999_499, "999 kB"),
        (999_600, "1 MB"),
        (34_560_000, "34.6 MB"),
        (4 << 30, "4.29 GB"),
    ],
)
def test_that_a_size_has_three_digits_and_a_unit(size: int, text: str) -> None:
    assert formatting.format_bytes(size) == text
