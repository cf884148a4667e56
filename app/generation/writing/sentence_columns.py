"""The columns of the list of sentences: what each says of a sentence, or of a batch's title."""

from collections.abc import Callable
from typing import TypeAlias

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QGuiApplication

from app.generation.records import Batch, way_texts
from app.generation.writing.sentence_delegate import SENTENCE_ROLE
from app.shared.formatting import counted, format_odds, format_perplexity, format_probability
from app.shared.tables import Column
from engine import Copy, SentenceGenerated, SentenceGrowing

NUMBER, SENTENCE, PROBABILITY, COPIED, FAVOURITE = range(5)
WORD_BY_WORD = "[word by word]"
WHY_WORD_BY_WORD = (
    "No typed text would be read as exactly these words, so they are shown one by one. A "
    "double-click scores the words themselves."
)
# The title of a batch, one of its sentences, or the one that is being written
Row: TypeAlias = Batch | SentenceGenerated | SentenceGrowing


def sentence_columns(
    is_favourite: Callable[[Row], bool], copy_of: Callable[[Row], Copy | None]
) -> tuple[Column[Row], ...]:
    """Return the columns of a sentence; the title of a batch spans them all."""
    of_title: dict[int, Callable[[Row], object]] = {
        Qt.ItemDataRole.FontRole: _title_font,
        Qt.ItemDataRole.TextAlignmentRole: _number_alignment,
    }
    return (
        Column(
            title="No.",
            tip="The sentence's number in its batch; T and its temperature in a ladder",
            text=_number,
            tooltip=lambda row: row.title if isinstance(row, Batch) else _tooltip(row),
            is_number=True,
            roles=of_title,
        ),
        Column(
            title="Sentence",
            tip="Click a word to see what else could stand there; "
            "double-click a sentence to see how probable each of its words is",
            text=_text,
            tooltip=_tooltip,
            roles={SENTENCE_ROLE: lambda row: row},
        ),
        Column(
            title="Probability",
            tip="How often the model would say exactly this, at temperature 1, "
            "including the sentence's end",
            text=_odds,
            tooltip=_tooltip,
            is_number=True,
        ),
        Column(
            title="Copied",
            tip="The longest run of words that appears verbatim in the training text; "
            "known while that text is open. Click to see where",
            text=lambda row: _copied(copy_of(row)),
            tooltip=lambda row: _copied_tip(row, copy_of(row)),
            is_number=True,
        ),
        Column(
            title="★",
            tip="Your favourites: click to mark a sentence",
            text=lambda row: _star(row, is_marked=is_favourite(row)),
            tooltip=lambda row: "Click to mark or unmark" if _star(row, is_marked=True) else "",
            title_alignment=Qt.AlignmentFlag.AlignCenter,
            roles={Qt.ItemDataRole.TextAlignmentRole: lambda _row: Qt.AlignmentFlag.AlignCenter},
        ),
    )


def sentence_tooltip(sentence: SentenceGenerated) -> str:
    """Say the probability in the units of the field."""
    words = counted(sentence.predicted_words, "predicted word")
    end = "cut at the longest length" if sentence.is_cut else "including the sentence's end"
    log_probability = f"{sentence.log_probability:.3f}".replace("-", "−")
    begun = ""
    if sentence.started_with:
        given = counted(sentence.started_with, "word")
        share = format_odds(sentence.start_log_probability)
        begun = (
            f" The first {given}: {share}."
            if sentence.started_with > 1
            else (f" The first word: {share}.")
        )
    note = "" if sentence.is_readable else f"\n{WHY_WORD_BY_WORD}"
    return (
        f"p = {format_probability(sentence.log_probability)}, ln p = {log_probability} nats "
        f"over {words} ({end}); perplexity {format_perplexity(sentence.perplexity)}."
        f"{begun}{note}\n{'  ·  '.join(way_texts(sentence.settings, sentence.seed))}"
    )


def _number(row: Row) -> str:
    if isinstance(row, Batch):
        return row.title
    if isinstance(row, SentenceGenerated) and row.settings.ladder:
        return f"T {row.settings.temperature:g}"
    return f"{row.number:,}"


def _text(row: Row) -> str:
    if isinstance(row, Batch):
        return ""
    if not isinstance(row, SentenceGenerated):
        return f"{row.text} …"
    mark = "" if row.is_readable else f"  {WORD_BY_WORD}"
    return f"{row.text}{' …' if row.is_cut else ''}{mark}"


def _odds(row: Row) -> str:
    return format_odds(row.log_probability) if isinstance(row, SentenceGenerated) else ""


def _copied(copy: Copy | None) -> str:
    return "" if copy is None else f"{copy.length} of {copy.words}"


def _copied_tip(row: Row, copy: Copy | None) -> str:
    if copy is None or not isinstance(row, SentenceGenerated):
        return ""
    run = " ".join(row.words[copy.first : copy.first + copy.length])
    part = (
        " The text is so long that only a sample of sentences from all over it was looked through."
        * copy.is_sampled
    )
    if copy.is_whole:
        return (
            f"The whole sentence appears verbatim in the training text. Click to see where.{part}"
        )
    return f"“{run}” appears verbatim in the training text. Click to see where.{part}"


def _star(row: Row, *, is_marked: bool) -> str:
    if not isinstance(row, SentenceGenerated):
        return ""
    return "★" if is_marked else "☆"


def _tooltip(row: Row) -> str:
    return sentence_tooltip(row) if isinstance(row, SentenceGenerated) else ""


def _title_font(row: Row) -> QFont | None:
    if not isinstance(row, Batch):
        return None
    font = QFont(QGuiApplication.font())
    font.setBold(True)
    return font


def _number_alignment(row: Row) -> Qt.AlignmentFlag | None:
    if isinstance(row, Batch):
        return None
    return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
