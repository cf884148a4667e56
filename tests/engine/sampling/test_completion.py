"""What is suggested to a person who writes, against the model's own distribution."""

from dataclasses import replace

import numpy as np
import pytest

from engine.language_model.model import LanguageModel
from engine.sampling.completion import complete
from tests.engine.support.models import model_of

WORDS = ("the", "then", "garden", "gardener", ".", "they")
NUMBER = {"START": 0, "END": 1, **{word: number for number, word in enumerate(WORDS, start=2)}}


def model_that_says(*after: tuple[str, str]) -> LanguageModel:
    """Return a model that says the second word of each pair after the first, "" at the start.

    Of two pairs with the same first word, the first one is the more probable.
    """
    C = len(WORDS) + 3
    U, V = np.zeros((C, C)), np.zeros((C, C))
    np.fill_diagonal(U, 5.0)  # each word has a hidden unit of its own
    for word, following in reversed(after):
        before = NUMBER.get(word, 0)
        V[:, before] /= 2.0
        V[NUMBER[following], before] = 8.0
    return model_of(U, V, np.zeros((C, C)), WORDS)


@pytest.mark.parametrize(
    ("text", "added"),
    [
        ("", "The"),  # a sentence begins with a capital
        ("th", "e"),  # of the words that begin so, the likeliest at the start
        ("the", " garden"),  # a whole word, for "then" and "they" are less likely
        ("the ", "garden"),  # the blank is there
        ("the gardene", "r"),
        ("the g", "arden"),
        ("the garden", "."),  # no blank before a full stop
        ("The garden.", ""),  # the sentence ends here
        ("The garden. th", "e"),  # a new one begins
        ("the x", ""),  # no word begins so
    ],
)
def test_that_what_is_suggested_is_what_the_model_would_write(text: str, added: str) -> None:
    model = model_that_says(
        ("", "the"), ("", "they"), ("the", "garden"), ("the", "gardener"), ("garden", "."),
        (".", "END"), ("then", "garden"), ("gardener", "END"),
    )  # fmt: skip

    assert complete(model, text) == added


def test_that_the_words_before_decide_how_a_word_goes_on() -> None:
    model = model_that_says(("the", "gardener"), ("the", "garden"), ("", "garden"))

    assert [complete(model, text) for text in ("the gard", "gard")] == ["ener", "en"]


def test_that_no_mark_of_a_sentence_is_suggested() -> None:
    model = model_that_says(("the", "START"), ("the", "garden"))

    assert complete(model, "the") == " garden"


@pytest.mark.parametrize(("form", "added"), [("gArDeN", "eN"), ("gardenz", "en"), ("Garden", "en")])
def test_that_a_word_goes_on_as_the_text_writes_it(form: str, added: str) -> None:
    model = model_that_says(("", "garden"))
    reading = replace(model.reading, writing=replace(model.reading.writing, forms={"garden": form}))

    assert complete(replace(model, reading=reading), "gard") == added


def test_that_a_word_after_a_sentence_s_end_stands_apart() -> None:
    model = model_that_says(("", "the"), (".", "they"))

    assert complete(model, "the.") == " they"
    assert complete(model, "the. ") == "they"
