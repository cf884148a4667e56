"""What is said of a score: unknown words and what they hide, the formulas with their numbers."""

import math

import pytest

from app.generation.scoring.score_wording import formula_text, odds_in_words, unknown_sentence
from tests.app.support.generation_fakes import sentence_score, word_score


def test_that_no_unknown_word_needs_no_sentence() -> None:
    assert unknown_sentence(sentence_score("so")) == ""


def test_that_one_unknown_word_is_named_once_with_what_it_hides() -> None:
    words = (word_score("glads", bits=7.25), word_score("glads", bits=7.25))

    sentence = unknown_sentence(sentence_score(words=words, unknown_words=("glads",)), 1234)

    assert "does not know “glads” (7.25 bits)" in sentence
    assert "stands for 1,234 rare words of its text together" in sentence
    assert "With another unknown word in its place the sentence scores the same." in sentence


def test_that_many_unknown_words_are_counted_after_the_first_ones() -> None:
    names = tuple(f"w{number}" for number in range(20))

    sentence = unknown_sentence(sentence_score(unknown_words=names))

    assert "“w7” and 12 more" in sentence
    assert "w8" not in sentence
    assert "Sentences that differ only in such words score the same." in sentence


def test_that_a_very_long_word_is_shortened() -> None:
    assert len(unknown_sentence(sentence_score(unknown_words=("x" * 5000,)))) < 250


def test_that_the_formulas_have_the_numbers_of_the_sentence() -> None:
    words = (
        word_score("so", bits=1.0),
        word_score("glads", bits=3.0),
        word_score("SENTENCE_END", bits=2.0),
    )
    score = sentence_score(
        words=words,
        log_probability=-6 * math.log(2.0),
        perplexity=4.0,
        bits_per_word=2.0,
        unknown_words=("glads",),
        known_log_probability=-3 * math.log(2.0),
        known_perplexity=2.0**1.5,
    )

    assert formula_text(score).splitlines() == [
        "p = 0.5 × 0.125 × 0.25 = 0.0156",
        "(one factor per word, given the words before it; the last is the sentence’s end)",
        "ln p = −0.69 − 2.08 − 1.39 = −4.159",
        "log₁₀ p = ln p ÷ ln 10 = −4.159 ÷ 2.3026 = −1.806",
        "−log₂ p = −ln p ÷ ln 2 = 4.159 ÷ 0.6931 = 6.00 bits",
        "In words: one in 64",
        "T = 3 predicted words, including the sentence’s end",
        "Perplexity per word = exp(−ln p ÷ T) = exp(4.159 ÷ 3) = 4",
        "Bits per word = 6.00 ÷ 3 = 2.00 = log₂ 4",
        "Without the unknown words: ln p = −2.079, T = 2, perplexity = exp(2.079 ÷ 2) = 2.83",
    ]


def test_that_of_a_long_sentence_the_first_factors_and_the_last_are_shown() -> None:
    words = (*(word_score("so", bits=1.0) for _ in range(20)), word_score("x", bits=2.0))

    assert " × 0.5 × … × 0.25 = " in formula_text(sentence_score(words=words))


@pytest.mark.parametrize(
    ("log10", "said"),
    [
        (0.0, "one in 1"),
        (3.2, "one in 1,585"),
        (4.0, "one in 10 thousand"),
        (6.38, "one in 2.4 million"),
        (8.99999, "one in 1 billion"),
        (35.0, "one in 100 decillion"),
        (36.0, "one in a number with 37 digits"),
        (999.5, "one in a number with 1,000 digits"),
    ],
)
def test_that_odds_are_said_in_words(log10: float, said: str) -> None:
    assert odds_in_words(-log10 * math.log(10.0)) == said
