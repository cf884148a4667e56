"""A tokeniser is proposed that suits the text."""

import random

import pytest

from engine.tokenization.languages import language_name
from engine.tokenization.proposal import propose
from tests.engine.support.languages import LANGUAGES, WITHOUT_BLANKS, own_sentences


@pytest.mark.parametrize("code", LANGUAGES)
def test_that_ten_sentences_tell_the_language(code: str) -> None:
    draws = random.Random(1)

    found = {propose("\n".join(draws.sample(own_sentences(code), 10))).language for _ in range(20)}

    assert found == {code}


@pytest.mark.parametrize("code", LANGUAGES)
def test_which_tokeniser_is_proposed(code: str) -> None:
    proposal = propose("\n".join(own_sentences(code)))

    wanted = "characters" if code in WITHOUT_BLANKS else "tutorial" if code == "en" else "words"
    assert proposal.tokenizer == wanted
    assert proposal.lower_case == (code in ("en", "es", "fr", "it", "ru", "tr", "uk"))
    assert code == "en" or proposal.reason.startswith(language_name(code))


def test_that_a_tokenised_text_is_seen() -> None:
    lines = ["he came , saw , and left .", "no , it 's fine .", "yes , yes , yes ."]

    assert propose("\n".join(lines)).tokenizer == "whitespace"
    assert propose(" ".join(lines)).tokenizer == "tutorial"


def test_that_a_text_without_letters_gets_a_proposal() -> None:
    assert propose("12 34\n!!").language == ""
    assert propose("xq zzv wkk").language == ""


def test_that_the_beginning_alone_is_looked_at() -> None:
    german = "Das ist der Anfang und das ist gut.\n" * 1000

    assert propose(german + "这是中文。" * 100_000) == propose(german)
