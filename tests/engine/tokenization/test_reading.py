"""What is shown is read as it was written, and a reading is kept as JSON."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nltk.tokenize.punkt import PunktParameters

from engine.config import TokenizerConfig
from engine.errors import ConfigError, ModelFileError
from engine.files.records import record_from_json
from engine.tokenization.languages import describe_tokenizer
from engine.tokenization.reading import Reading
from engine.tokenization.sentence_ends import SentenceRules
from engine.tokenization.sentences import SentenceSplitter
from engine.tokenization.writing.way import Writing


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("i do n't know .", "I don't know."),
        ("he said `` hello '' , and i 'm off !", 'He said "hello", and I\'m off!'),
        ("we can not , they wo n't", "We cannot, they won't"),
        ("it 's ( nearly ) over ...", "It's (nearly) over..."),
        ("gon na pay $ 5 [ or 10 % ] ; ok ?", "Gonna pay $5 [or 10%]; ok?"),
        ("SENTENCE_START so UNKNOWN_TOKEN SENTENCE_END", "So UNKNOWN_TOKEN"),
        ("", ""),
        ("http : //x.y", "http://x.y"),
    ],
)
def test_that_the_tutorials_words_are_shown_as_a_person_writes(words: str, text: str) -> None:
    assert Reading().shown(words.split()) == (text, True)


def test_that_words_that_no_text_is_read_as_stand_apart() -> None:
    words = ["he", "came.soon!", "cannot", "."]

    assert Reading().shown(words) == ("he came.soon! cannot .", False)


@given(st.lists(st.text(max_size=6) | st.sampled_from(["'", "``", "''", "n't", "("]), max_size=12))
def test_that_any_words_can_be_shown(words: list[str]) -> None:
    assert isinstance(Reading().shown(words)[0], str)


def test_that_a_text_is_read_sentence_by_sentence() -> None:
    german = Reading(
        config=TokenizerConfig(name="words", language="de", lower_case=False),
        rules=SentenceRules(language="de"),
    )

    assert german.sentences("„Ja“, sagte Dr. Jörg. Das Haus.") == [
        ("„Ja“, sagte Dr. Jörg.", ["“", "Ja", "”", ",", "sagte", "Dr.", "Jörg", "."]),
        ("Das Haus.", ["Das", "Haus", "."]),
    ]


def test_that_the_tutorial_alone_ends_sentences_as_nltk_does_where_it_is_installed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    parameters = PunktParameters()
    parameters.abbrev_types.add("zzz")
    installed = SentenceSplitter(parameters, "of this computer")
    monkeypatch.setattr(SentenceSplitter, "installed", classmethod(lambda cls: installed))
    english = SentenceRules(language="en")
    of_words = Reading(config=TokenizerConfig(name="words", language="en"), rules=english)

    found = [reading.sentences("He saw zzz. The end.") for reading in (Reading(), of_words)]

    assert [[sentence for sentence, _ in each] for each in found] == [
        ["He saw zzz. The end."],
        ["He saw zzz.", "The end."],
    ]


def test_that_a_reading_comes_back_from_json() -> None:
    reading = Reading(
        config=TokenizerConfig(name="words", language="fr", merge_numbers=True),
        rules=SentenceRules(language="fr", learned=frozenset({"xyz"}), starts_small=True),
        writing=Writing(spacings={"1 w !": False}, forms={"nasa": "NASA"}, apostrophe="’"),
    )

    assert Reading.from_json(reading.to_json()) == reading


@pytest.mark.parametrize(
    "change",
    [
        {"config": {"name": "auto"}},
        {"rules": {"learned": [1]}},
        {"writing": {"forms": {"nasa": 1}}},
        {"writing": {"spacings": {"1 w !": "yes"}}},
    ],
)
def test_that_a_damaged_reading_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ModelFileError):
        record_from_json(Reading, change)
    with pytest.raises(ConfigError):
        Reading.from_json(change)


@pytest.mark.parametrize(
    ("config", "phrase"),
    [
        (
            TokenizerConfig(name="tutorial", language="en"),
            "English, NLTK's words in lower case",
        ),
        (
            TokenizerConfig(name="words", language="de", lower_case=False, merge_numbers=True),
            "German, cased, numbers merged",
        ),
        (TokenizerConfig(name="characters", language="zh"), "Chinese, each character a word"),
        (
            TokenizerConfig(name="whitespace", language=""),
            "Language not recognised, words as they stand between blanks",
        ),
    ],
)
def test_how_a_tokeniser_is_described(config: TokenizerConfig, phrase: str) -> None:
    assert describe_tokenizer(config) == phrase
