"""Results as a prompt shows them: a line each, or an HTML table in a notebook."""

import html
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from typing import Any

from engine.language_model.results import NextWords, SentenceGenerated, SentenceScore
from engine.wording import probability


class Sentences(list[SentenceGenerated]):
    """Sentences that a model wrote, a list; shown one a line with its probability."""

    def __repr__(self) -> str:
        return "\n".join(f"{probability(each.log_probability):>10}  {each.text}" for each in self)

    def _repr_html_(self) -> str:
        rows = [
            [str(each.number), each.text, probability(each.log_probability), str(each.seed)]
            for each in self
        ]
        return html_table(["", "sentence", "probability", "seed"], rows)


class Score(SentenceScore):
    """The probability of a sentence, shown with a line for each of its words."""

    __slots__ = ()

    def __repr__(self) -> str:
        total = (
            f"{self.text}\nprobability {probability(self.log_probability)} (ln "
            f"{self.log_probability:.3f}), perplexity {self.perplexity:,.1f}"
        )
        rows = ("  ".join(_padded(row)) for row in self._rows())
        return "\n".join([total, *self._more(), *rows])

    def _more(self) -> list[str]:
        """Say what it is where it is not the network's alone, and what a table says beside."""
        mixed = [f"by {self.mixture}"] if self.mixture else []
        if self.table is None:
            return mixed
        said = probability(self.table.log_probability)
        return [*mixed, f"{self.table.name}: {said}, perplexity {self.table.perplexity:,.1f}"]

    def _rows(self) -> list[list[str]]:
        return [
            [
                each.shown if each.is_known else f"{each.shown} (unknown)",
                probability(each.log_probability),
                f"{each.bits:.2f} bits",
                f"rank {each.rank:,}",
            ]
            for each in self.words
        ]

    def _repr_html_(self) -> str:
        caption = (
            f"probability {probability(self.log_probability)}, perplexity {self.perplexity:,.1f}"
        )
        more = "".join(f"<p>{html.escape(line)}</p>" for line in self._more())
        return more + html_table(["word", caption, "surprise", "rank"], self._rows())


class Following(NextWords):
    """What could come next, shown as a table, the most probable first."""

    __slots__ = ()

    def __repr__(self) -> str:
        before = " ".join(self.words_before) or "the start of a sentence"
        rows = ("  ".join(_padded(row)) for row in self._rows())
        return "\n".join([f"after {before} ({self.entropy_bits:.2f} bits undecided)", *rows])

    def _rows(self) -> list[list[str]]:
        return [
            [each.shown, probability(each.log_probability), f"{each.drawn_with:.4g}"]
            for each in self.words
        ]

    def _repr_html_(self) -> str:
        return html_table(["word", "probability", "drawn with"], self._rows())


def fields_of(record: Any) -> dict[str, Any]:
    """Return the fields of a record, to make one of these of it."""
    return {field.name: getattr(record, field.name) for field in fields(record)}


def html_table(titles: Iterable[str], rows: Iterable[Sequence[str]]) -> str:
    """Return an HTML table; what comes from a text is text."""
    head = "".join(f"<th>{html.escape(title)}</th>" for title in titles)
    body = "".join(
        f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in row)}</tr>" for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _padded(cells: Sequence[str]) -> Iterator[str]:
    first, *numbers = cells
    yield f"  {first:<20}"
    for number in numbers:
        yield f"{number:>12}"
