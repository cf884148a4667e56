"""What could stand at a word, beside the pointer that rests on it: a look, no choice."""

import html
from dataclasses import dataclass

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QWidget

from app.shared.direction import isolated
from app.shared.formatting import format_count, format_share, shorten
from app.shared.theme import current_palette
from engine import UNKNOWN_TOKEN, NextWord, NextWords

ROWS = 10  # of the likeliest words
_LONGEST_BAR = 12  # blocks
_LONGEST_WORD = 30  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class RestedWord:
    """A word that the pointer rests on, and where that is."""

    words_before: tuple[str, ...]
    word: str  # of the model; SENTENCE_END for the end of the sentence
    told: str  # what is known of it already, as plain text
    at: QPoint  # on the screen
    widget: QWidget


def preview_html(said: NextWords, rested: RestedWord) -> str:
    """Return the likeliest words there as rich text, the one that stands there in bold."""
    is_known = any(each.word == rested.word for each in said.words)
    taken = rested.word if is_known else UNKNOWN_TOKEN
    largest = max(each.probability for each in said.words)
    rows = "".join(_row(each, largest, is_taken=each.word == taken) for each in said.words)
    told = f"<p>{html.escape(rested.told)}</p>" if rested.told else ""
    return f"{told}<table cellspacing='0' cellpadding='2'>{rows}</table>"


def _row(word: NextWord, largest: float, *, is_taken: bool) -> str:
    name = html.escape(isolated(shorten(word.shown, _LONGEST_WORD)))
    name = f"<s>{name}</s>" if word.drawn_with == 0.0 else name
    name = f"<b>{name}</b>" if is_taken else name
    blocks = "▆" * round(_LONGEST_BAR * word.probability / max(largest, 1e-12))
    colours = current_palette()
    bar = f"<span style='color: {colours.accent if is_taken else colours.faint}'>{blocks}</span>"
    share = format_share(word.log_probability)
    return (
        f"<tr><td align='right'>{format_count(word.rank)}</td><td>&nbsp;{name}&nbsp;&nbsp;</td>"
        f"<td align='right'>{share}&nbsp;</td><td>{bar}</td></tr>"
    )
