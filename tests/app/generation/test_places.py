"""The words that a model reads are found in the text that a person sees."""

import pytest

from app.generation.places import places_of_words


@pytest.mark.parametrize(
    ("text", "words", "found"),
    [
        ("I don't.", ("i", "do", "n't", "."), ["I", "do", "n't", "."]),
        (
            "“Yes,” he said",
            ("``", "yes", ",", "''", "he", "said"),
            ["“", "Yes", ",", "”", "he", "said"],
        ),
        ("The the", ("the", "the"), ["The", "the"]),
        ("„Ja“, so.", ("“", "Ja", "”", ",", "so", "."), ["„", "Ja", "“", ",", "so", "."]),
        ("«\u202fOui\u202f» n’est", ("“", "oui", "”", "n'", "est"), ["«", "Oui", "»", "n’", "est"]),
        ("»‹So›«", ("“", "“", "so", "”", "”"), ["»", "‹", "So", "›", "«"]),
        ("A... b", ("a", "…", "b"), ["A", "...", "b"]),
        ("Am 12.5. da", ("am", "NUMBER_TOKEN", "da"), ["Am", "12.5.", "da"]),
        ("Ja. Nein.", ("Ja", ".", "SENTENCE_END", "Nein", "."), ["Ja", ".", None, "Nein", "."]),
        ("İYİ IŞIK", ("iyi", "ışık"), ["İYİ", "IŞIK"]),
        ("走 a。", ("走", "▁", "a", "。"), ["走", " ", "a", "。"]),
        ("x", ("y", "x"), [None, "x"]),
    ],
)
def test_that_words_are_found_in_the_text_that_is_read(
    text: str, words: tuple[str, ...], found: list[str | None]
) -> None:
    places = places_of_words(text, words)

    assert [None if place is None else text[slice(*place)] for place in places] == found
