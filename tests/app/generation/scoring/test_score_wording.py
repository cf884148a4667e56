"""How unknown words are named in a sentence."""

import math

from app.generation.scoring.score_wording import probability_formula, unknown_sentence
from tests.app.support.generation_fakes import sentence_score, word_score


def test_that_no_unknown_word_needs_no_sentence() -> None:
    assert unknown_sentence(()) == ""


def test_that_one_unknown_word_is_named_once() -> None:
    sentence = unknown_sentence(("glads", "glads"))

    assert "the word “glads”" in sentence
    assert sentence.count("glads") == 1


def test_that_many_unknown_words_are_counted_after_the_first_ones() -> None:
    sentence = unknown_sentence(tuple(f"w{number}" for number in range(20)))

    assert "“w7” and 12 more" in sentence
    assert "w8" not in sentence


def test_that_a_very_long_word_is_shortened() -> None:
    assert len(unknown_sentence(("x" * 5000,))) < 200


def test_that_the_probability_is_shown_as_a_product_in_all_units() -> None:
    words = (word_score("so", bits=1.0), word_score("SENTENCE_END", bits=2.0))

    text = probability_formula(sentence_score(words=words, log_probability=-3 * math.log(2.0)))

    assert text.startswith("p = 0.5 × 0.25: one factor per word")
    assert "ln p = −2.079, log₁₀ p = −0.903, log₂ p = −3.000 bits." in text


def test_that_of_a_long_sentence_the_first_factors_are_shown() -> None:
    assert " × … (8 more)" in probability_formula(sentence_score(words=(word_score("so"),) * 20))
