"""A tokeniser is proposed that suits the text."""

import random
from pathlib import Path

import pytest

from engine.tokenization.languages import language_name
from engine.tokenization.proposal import propose
from tests.engine.support.languages import LANGUAGES, WITHOUT_BLANKS, own_sentences


def short_texts() -> dict[str, list[str]]:
    """Return sentences by the code of their language: those of all tests, and ten each more."""
    found = {code: own_sentences(code) for code in LANGUAGES}
    for part in Path(__file__).with_name("short_texts.txt").read_text("utf-8").split("[")[1:]:
        code, *lines = part.strip().splitlines()
        found[code.rstrip("]")] = lines
    return found


@pytest.mark.parametrize("length", [2, 10])
def test_that_two_sentences_tell_the_language(length: int) -> None:
    draws = random.Random(length)
    texts = [
        (code, "\n".join(draws.sample(sentences, length)))
        for code, sentences in short_texts().items()
        for _ in range(20)
    ]

    wrong = [(code, text) for code, text in texts if propose(text).language != code]

    assert len(texts) == 500
    assert len(wrong) <= (0.01 * len(texts) if length == 2 else 0)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("DAS IST EIN GROSSES HAUS UND ES GEHÖRT MIR.", "de"),
        ("मी घरी जातो आणि जेवतो.", "mr"),
        ("یہ گھر ہے", "ur"),
        ("این خانه است", "fa"),
        ("xq zzv wkk", ""),
        ("QWJjZGVmZ2hpamtsbW5vcA==", ""),
        ("def f(x): return x+1; import os", ""),
        ("12 34 !!", ""),
    ],
)
def test_which_language_is_told(text: str, language: str) -> None:
    assert propose(text).language == language


@pytest.mark.parametrize(
    ("code", "other"), [("de", "en"), ("en", "fr"), ("ru", "en"), ("zh", "en")]
)
def test_that_a_tenth_of_another_language_changes_nothing(code: str, other: str) -> None:
    mixed = own_sentences(code)[:54] + own_sentences(other)[:6]

    assert propose("\n".join(mixed)).language == code


@pytest.mark.parametrize("code", LANGUAGES)
def test_which_tokeniser_is_proposed(code: str) -> None:
    proposal = propose("\n".join(own_sentences(code)))

    wanted = "characters" if code in WITHOUT_BLANKS else "tutorial" if code == "en" else "words"
    assert proposal.tokenizer == wanted
    assert proposal.lower_case == (code in ("en", "es", "fr", "it", "ru", "tr", "uk"))
    assert code == "en" or proposal.reason.startswith(language_name(code))


def test_that_a_longer_english_text_is_told_without_loading_the_model(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    english = "\n".join(own_sentences("en"))
    mixed = "\n".join(own_sentences("en") + own_sentences("de") + own_sentences("fr")[:20])
    monkeypatch.setattr(
        "engine.tokenization.proposal._identifier", lambda: pytest.fail("it was asked")
    )

    assert propose(english).language == "en"
    for text in (mixed, english[:800]):
        with pytest.raises(pytest.fail.Exception, match="it was asked"):
            propose(text)


def test_that_a_tokenised_text_is_seen() -> None:
    lines = ["he came , saw , and left .", "no , it 's fine .", "yes , yes , yes ."]

    assert propose("\n".join(lines)).tokenizer == "whitespace"
    assert propose(" ".join(lines)).tokenizer == "tutorial"
    assert propose("he <unk> N of mr. <unk>\nno <unk> at all").tokenizer == "whitespace"
    assert propose("Well, what is <unk> ? A word, it seems.").tokenizer == "tutorial"


def test_that_the_beginning_alone_is_looked_at() -> None:
    german = "Das ist der Anfang und das ist gut.\n" * 1000

    assert propose(german + "这是中文。" * 100_000) == propose(german)
