"""Results as a prompt shows them: a line each, or an HTML table in a notebook."""

import html
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any, SupportsIndex, overload

from engine.corpus.corpus import SentenceView
from engine.errors import ConfigError
from engine.language_model.results import (
    NextWords,
    ReplacementFound,
    SentenceGenerated,
    SentenceScore,
)
from engine.training.evaluation import Evaluation
from engine.wording import counted, probability, times

if TYPE_CHECKING:
    import pandas as pd


class Sentence(SentenceGenerated):
    """A sentence that a model wrote, shown with its probability; `asdict` has all fields."""

    __slots__ = ()

    def __repr__(self) -> str:
        rung = f"T {self.settings.temperature:<4g} " if self.settings.ladder else ""
        return f"{rung}{probability(self.log_probability):>10}  {self.text}{' …' * self.is_cut}"


class Sentences(list[Sentence]):
    """Sentences that a model wrote, a list; shown one per line with its probability."""

    @overload
    def __getitem__(self, place: SupportsIndex) -> Sentence: ...
    @overload
    def __getitem__(self, place: slice) -> "Sentences": ...
    def __getitem__(self, place: SupportsIndex | slice) -> "Sentence | Sentences":
        found = super().__getitem__(place)
        return Sentences(found) if isinstance(found, list) else found

    def frame(self) -> "pd.DataFrame":
        """Return a pandas frame, one row per sentence, with all settings that made it.

        Raises
        ------
        ConfigError
            If pandas is not installed.
        """
        rows = []
        for each in self:
            told = fields_of(each)
            settings = told.pop("settings")
            rows.append({**told, **fields_of(settings)})
        return data_frame(rows)

    def __repr__(self) -> str:
        return "\n".join(map(repr, self)) or "(no sentences)"

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
        told = [f"after {before} ({self.entropy_bits:.2f} bits undecided)"]
        if self.unknown_words:
            told.append(f"  unknown: {', '.join(self.unknown_words)}, read as UNKNOWN_TOKEN")
        return "\n".join([*told, *rows])

    def _rows(self) -> list[list[str]]:
        return [
            [
                each.shown,
                probability(each.log_probability),
                probability(math.log(each.drawn_with)) if each.drawn_with else "never",
            ]
            for each in self.words
        ]

    def _repr_html_(self) -> str:
        return html_table(["word", "probability", "drawn with"], self._rows())


class Better(ReplacementFound):
    """A sentence with its one better word."""

    __slots__ = ()

    def __repr__(self) -> str:
        if self.place is None:
            return f"{self.text}\nno single word makes it more probable"
        return (
            f"{self.text}\n“{self.word}” instead of “{self.replaced}” makes it "
            f"{times(self.gain)} times as probable: {probability(self.log_probability)}"
        )

    def _repr_html_(self) -> str:
        return "".join(f"<p>{html.escape(line)}</p>" for line in repr(self).splitlines())


class Evaluated(Evaluation):
    """How well a model predicts a text."""

    __slots__ = ()

    def __repr__(self) -> str:
        return (
            f"loss {self.loss:.4f} nats per word, perplexity {self.perplexity:,.2f}, "
            f"{self.bits_per_word:.3f} bits per word; {counted(self.words, 'word')} of "
            f"{counted(self.sentences, 'sentence')}, {self.unknown_share:.1%} unknown"
        )

    def _repr_html_(self) -> str:
        figures = (f"{self.loss:.4f}", f"{self.perplexity:,.2f}", f"{self.bits_per_word:.3f}")
        counts = (f"{self.words:,}", f"{self.sentences:,}", f"{self.unknown_share:.1%}")
        names = ["loss, nats per word", "perplexity", "bits per word", "words", "sentences"]
        return html_table([*names, "unknown"], [[*figures, *counts]])


class ReadSentence(SentenceView):
    """A sentence of a text, shown with the words that the network does not know."""

    __slots__ = ()

    def __repr__(self) -> str:
        unknown = [token.text for token in self.tokens if not token.is_known]
        told = f"  [unknown: {', '.join(unknown)}]" if unknown else ""
        return f"{self.text}{told}{'  [held out]' * self.is_validation}"


def fields_of(record: Any) -> dict[str, Any]:
    """Return the fields of a record, to make one of these of it."""
    return {field.name: getattr(record, field.name) for field in fields(record)}


def data_frame(values: Any) -> "pd.DataFrame":
    """Return a pandas frame; raise `ConfigError` if pandas is not installed."""
    try:
        import pandas as pd
    except ModuleNotFoundError as error:
        raise ConfigError(
            "pandas is not installed in this Python (pip install pandas). The same numbers are "
            "there without it, as plain records."
        ) from error
    return pd.DataFrame(values)


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
