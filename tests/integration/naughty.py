"""Naughty strings and what chance makes of them."""

import json
import random
from collections.abc import Iterator
from pathlib import Path

ODD = (
    *("\0", "\x07", "\x1b[31m", "\x7f", "\x85", "\u00ad", "\u200b", "\u200d", "\u202e", "\u2028"),
    *(
        "\ufeff",
        "\ufffd",
        "\uffff",
        "\ufdd0",
        "\ud800",
        "\udc80",
        "\U0010ffff",
        "👩‍👩‍👧",
        "🏳️‍🌈",
        "ﷺ",
    ),
    *("\t", "\n", "\r\n", '"', "'", "`", "“", "’", "&", "<b>", "%s%n", "{0}", "../", "\\", "|"),
    *(
        "SENTENCE_END",
        "SENTENCE_START",
        "UNKNOWN_TOKEN",
        "n't",
        "...",
        "$1,000.00",
        "it's",
        "ß",
        "İ",
    ),
)
LONGEST = 3000


def naughty_strings(shared_data: Path) -> list[str]:
    path = shared_data / "big-list-of-naughty-strings.json"
    return [str(text) for text in json.loads(path.read_text("utf-8"))]


def mutations(strings: list[str], seed: int, count: int) -> Iterator[str]:
    """Yield `count` strings: those given, at most half of them all, then changed ones."""
    kept = random.Random(seed).sample(strings, min(len(strings), count // 2))
    yield from kept
    for number in range(len(kept), count):
        chance = random.Random(f"{seed} {number}")
        text = chance.choice(strings)
        for _ in range(chance.randint(1, 3)):
            text = _changed(text, strings, chance)[:LONGEST]
        yield text


def _changed(text: str, strings: list[str], chance: random.Random) -> str:
    place = chance.randint(0, len(text))
    match chance.randrange(8):
        case 0:
            return f"{text}{chance.choice((' ', '', '. '))}{chance.choice(strings)}"
        case 1 | 2:
            return text[:place] + chance.choice(ODD) + text[place:]
        case 3:
            return text[::-1]
        case 4:
            return text * chance.randint(2, 30)
        case 5:
            return text[place:]
        case 6:
            return text[:place] + chr(chance.randrange(0x110000)) + text[place:]
        case _:
            return text.upper().casefold().swapcase()
