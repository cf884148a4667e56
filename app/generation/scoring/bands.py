"""How a word is coloured by how far down the model's list it stood, wherever a sentence is shown.

One hue that only gets darker, and a line below that gets thicker, so that it reads in grey and
with any colour blindness; unknown words have a dashed line.
"""

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QTextLayout

from app.shared.formatting import format_bits, format_count, format_odds, format_percent
from app.shared.theme import current_palette
from engine import SENTENCE_END, UNKNOWN_TOKEN, WordScore

LIGHT = ("", "#fdd9b4", "#fda762", "#ef8238")
DARK = ("", "#4a3320", "#6f4018", "#984d0c")
PAD = 2.0  # px around a word
_SMALLEST_LIMITS = (10, 100, 1000)  # ranks
_SHARES = (200, 20, 2)  # of the vocabulary, where that is less
_NAMES = {SENTENCE_END: "the end of the sentence", UNKNOWN_TOKEN: "an unknown word"}


def band_limits(vocabulary_size: int) -> tuple[int, int, int]:
    """Return the last rank of each band but the darkest: 10, 100, 1,000; less of a few words."""
    first, second, third = (
        min(limit, math.ceil(vocabulary_size / share))
        for limit, share in zip(_SMALLEST_LIMITS, _SHARES, strict=True)
    )
    return first, second, third


def band_of(rank: int, limits: tuple[int, int, int]) -> int:
    """Return 0 for a word that was expected, to 3 for one that was hardly."""
    return sum(rank > limit for limit in limits)


def band_colour(band: int) -> str:
    """Return the colour behind a word; "" for none."""
    return (DARK if current_palette().is_dark else LIGHT)[band]


def boxes_of(layout: QTextLayout, place: tuple[int, int]) -> list[QRectF]:
    """Return where the characters from `place[0]` to `place[1]` stand: on several lines, maybe."""
    boxes = []
    for number in range(layout.lineCount()):
        line = layout.lineAt(number)
        first = max(place[0], line.textStart())
        last = min(place[1], line.textStart() + line.textLength())
        if first < last:
            begin, end = sorted((_x(line.cursorToX(first)), _x(line.cursorToX(last))))
            boxes.append(QRectF(begin - PAD / 2, line.y(), end - begin + PAD, line.height() + 3.0))
    return boxes


def paint_band(painter: QPainter, box: QRectF, band: int, *, is_known: bool) -> None:
    """Paint what stands behind and below a word."""
    palette, colour = current_palette(), band_colour(band)
    if colour:
        painter.fillRect(box, QColor(colour))
    if not band and is_known:
        return
    pen = QPen(QColor(palette.foreground if is_known else palette.bad), max(1, band))
    if not is_known:
        pen.setStyle(Qt.PenStyle.DashLine)
    painter.setPen(pen)
    bottom = box.bottom() - pen.widthF() / 2
    painter.drawLine(QPointF(box.left(), bottom), QPointF(box.right(), bottom))


def word_tip(word: WordScore) -> str:
    """Say how probable a word was, in plain text."""
    name = "The end of the sentence" if word.word == SENTENCE_END else f"“{word.word}”"
    note = "" if word.is_known else ", not known: scored as UNKNOWN_TOKEN"
    return (
        f"{name}{note}: {format_odds(word.log_probability)}, {format_bits(word.bits)}, rank "
        f"{format_count(word.rank)}."
    )


def expected_text(word: WordScore) -> str:
    """Name what the model expected there, such as " Expected: is (31.0 %), was (8.0 %)."."""
    expected = ", ".join(
        f"{_NAMES.get(name, f'“{name}”')} ({format_percent(share)})"
        for name, share in word.expected
    )
    return f" Expected: {expected}." if expected else ""


def _x(found: object) -> float:
    """Return the x of Qt's answer, which is a pair in some versions."""
    return float(found[0] if isinstance(found, tuple) else found)  # type: ignore[arg-type]
