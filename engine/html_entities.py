"""HTML entities in comments and reviews: how many there are, and the characters they stand for.

Only what is spelt whole is decoded, with its semicolon: "AT&T" and "?a=1&copy=2" stay
as they are, and so does an entity that stands for no character.
"""

import html
import re
from html.entities import html5

_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_NO_CHARACTER = "\ufffd"  # what html.unescape makes of a number that stands for none


def decode_entities(text: str) -> str:
    """Return `text` with each entity as its character, once: "&amp;gt;" becomes "&gt;"."""
    return _ENTITY.sub(_character, text) if "&" in text else text


def count_entities(text: str) -> int:
    """Return how many entities `decode_entities` would decode."""
    if "&" not in text:
        return 0
    return sum(_character(match) != match.group() for match in _ENTITY.finditer(text))


def _character(match: re.Match[str]) -> str:
    entity = match.group()
    if entity[1] != "#":
        return html5.get(entity[1:], entity)
    character = html.unescape(entity)
    return entity if character in ("", _NO_CHARACTER) else character
