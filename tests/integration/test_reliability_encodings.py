"""Tables in the older encodings of 36 languages: read right, or a warning with other readings."""

import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from engine.documents.encoding import detect_encoding
from engine.documents.text_file import Sample
from tests.integration.legacy_texts import ENCODINGS, SENTENCES
from tests.integration.scale import SEED, Report, long_test, scaled

pytestmark = long_test

LENGTHS = (40, 200, 1000)  # letters
WRONG_SHARE = 0.001  # of the letters, that needs no warning
# What programs wrote where the encoding lacked the character.
_PLAIN = {"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "…": "...", "€": "EUR", "œ": "oe"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    language: str
    encoding: str
    letters: int  # about
    text: str


def written(text: str, encoding: str) -> str:
    """Return `text` as it could be written in an encoding."""
    return "".join(c if c.encode(encoding, "ignore") else _PLAIN.get(c, "") for c in text)


def tables(rounds: int) -> Iterator[Table]:
    for language, encodings in ENCODINGS.items():
        for encoding in encodings:
            for letters in LENGTHS:
                for number in range(rounds):
                    chance = random.Random(f"{SEED} {language} {encoding} {letters} {number}")
                    text = table(chance, SENTENCES[language], encoding, letters)
                    if not text.isascii():
                        yield Table(
                            language=language, encoding=encoding, letters=letters, text=text
                        )


def table(
    chance: random.Random, sentences: tuple[str, ...], encoding: str, most_letters: int
) -> str:
    rows, letters = ["id,text"], 0
    while letters < most_letters:
        for sentence in chance.sample(sentences, len(sentences)):
            if letters < most_letters:
                rows.append(f'{len(rows)},"{written(sentence, encoding)}"')
                letters += sum(map(str.isalpha, sentence))
    return "\n".join(rows) + "\n"


def is_right(table: Table, found: str) -> bool:
    """Whether at most a letter in a thousand is another one."""
    text = table.text.encode(table.encoding).decode(found, "replace")
    different = sum(one != other for one, other in zip(table.text, text, strict=False))
    different += abs(len(text) - len(table.text))
    return different <= WRONG_SHARE * sum(map(str.isalpha, table.text))


def test_that_no_encoding_is_wrong_without_a_warning(report: Report) -> None:
    scores: defaultdict[str, Counter[tuple[int, str]]] = defaultdict(Counter)
    silent = []

    for table in tables(scaled(1, 20)):
        sample = Sample(head=table.text.encode(table.encoding), is_whole=True)
        found = detect_encoding(sample)
        right = is_right(table, found.encoding)
        for name in (table.language, "all"):
            scores[name][table.letters, "tried"] += 1
            scores[name][table.letters, "right"] += right
            scores[name][table.letters, "sure"] += right and not found.readings
        if not right and not found.readings:
            silent.append(f"{table.language} in {table.encoding}: {found.note}")

    for language, score in scores.items():
        parts = [
            f"{letters:,} letters {score[letters, 'right']}/{score[letters, 'tried']} right"
            f" ({score[letters, 'sure']} without a warning)"
            for letters in LENGTHS
        ]
        report(f"encodings, {language}: {', '.join(parts)}")
    assert not silent, "\n".join(silent)
    for letters in (200, 1000):
        right, tried = scores["all"][letters, "right"], scores["all"][letters, "tried"]
        assert right >= 0.95 * tried
