"""A text is shown in words before it is prepared, and a tokeniser settles what was left open."""

import pytest

from engine.config import TokenizerConfig
from engine.tokenization.proposal import settled
from engine.tokenization.words_preview import preview_words
from tests.engine.support.languages import own_sentences


def test_that_ten_sentences_are_cut_as_they_will_be() -> None:
    preview = preview_words(own_sentences("de"), TokenizerConfig())

    assert preview.tokenizer == TokenizerConfig(name="words", language="de", lower_case=False)
    assert preview.proposal == preview.tokenizer
    assert preview.description == "German, cased"
    assert len(preview.sentences) == 10
    text, words = preview.sentences[0]
    assert text.startswith("Das Haus steht")
    assert words[:3] == ("Das", "Haus", "steht")


def test_that_what_suits_better_is_named() -> None:
    preview = preview_words(own_sentences("zh"), TokenizerConfig(name="words"))

    assert preview.proposal.name == "characters"
    assert preview.reason.startswith("Chinese has no blanks")
    assert preview_words([], TokenizerConfig()).sentences == ()


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, {"name": "tutorial", "language": "en", "lower_case": True}),
        ({"merge_numbers": True}, {"name": "words", "language": "en", "merge_numbers": True}),
        ({"name": "words"}, {"name": "words", "language": "en"}),
        ({"name": "words", "language": "fr"}, {"name": "words", "language": "fr"}),
        ({"language": "de"}, {"name": "words", "language": "de", "lower_case": False}),
    ],
)
def test_what_is_settled_where_the_person_left_it_open(
    wanted: dict[str, object], found: dict[str, object]
) -> None:
    config = TokenizerConfig(**wanted)  # type: ignore[arg-type]

    assert settled(config, "\n".join(own_sentences("en"))) == TokenizerConfig(**found)  # type: ignore[arg-type]
