"""Candidate sentences from a list, such as a translation system's, and their order; no PyTorch.

What a model makes of them is computed in `candidates`; here it is weighed against the list's own
scores, as often as one likes.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.config import require
from engine.documents.encoding import detect_encoding
from engine.documents.text_file import TextFile, reading, undecodable
from engine.errors import CorpusError
from engine.language_model.results import TextScore

BASES = {"10": math.log(10.0), "2": math.log(2.0), "e": 1.0}
_SEPARATOR = "|||"
_SCORE_FIELD = 3  # of an n-best list of Moses: what stands behind it may be an alignment


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One line of a list to rank."""

    group: str  # which list of several it belongs to; "" = there is one
    text: str
    own_score: float  # that the list gives it, a logarithm; 0.0 = none


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredCandidate:
    """A candidate and what the model makes of it."""

    candidate: Candidate
    score: TextScore


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidatesScored:
    """The candidates of a list are scored, in its order."""

    scored: tuple[ScoredCandidate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RankWeights:
    """How the model's log probability and the list's own scores are added up."""

    weight: float = 1.0  # of the model's log probability
    own_weight: float = 0.0  # of the list's own score
    per_word: bool = False  # the model's mean over the words instead of the sum
    base: str = "10"  # of its logarithm

    def __post_init__(self) -> None:
        require(
            math.isfinite(self.weight) and math.isfinite(self.own_weight), "A weight is a number."
        )
        require(self.base in BASES, f"The base of a logarithm is one of {', '.join(BASES)}.")

    def total(self, scored: ScoredCandidate) -> float:
        """Return what a candidate is ranked by; more is better."""
        log_p = scored.score.log_probability / BASES[self.base]
        if self.per_word:
            log_p /= scored.score.words
        return self.weight * log_p + self.own_weight * scored.candidate.own_score


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedCandidate:
    """A candidate in its place."""

    scored: ScoredCandidate
    total: float
    place: int  # in its group, from 1
    place_in_list: int  # the same by the order of the list


def rank(
    scored: Sequence[ScoredCandidate], weights: RankWeights = RankWeights()
) -> list[RankedCandidate]:
    """Put each group in order, the best first; equally good ones stay as they were.

    Parameters
    ----------
    scored : sequence of ScoredCandidate
    weights : RankWeights

    Returns
    -------
    list of RankedCandidate
        Group after group, in the order in which the groups begin.
    """
    groups: dict[str, list[ScoredCandidate]] = {}
    for each in scored:
        groups.setdefault(each.candidate.group, []).append(each)
    ranked: list[RankedCandidate] = []
    for members in groups.values():
        totals = [weights.total(each) for each in members]
        order = sorted(range(len(members)), key=lambda k: -totals[k])
        ranked += (
            RankedCandidate(scored=members[k], total=totals[k], place=place, place_in_list=k + 1)
            for place, k in enumerate(order, start=1)
        )
    return ranked


def candidates_of(lines: Iterable[str]) -> Iterator[Candidate]:
    """Read candidates: one text per line, with or without a score, or an n-best list of Moses.

    A score stands before or behind the text, a tab between them. Moses writes "group ||| text |||
    features ||| score"; where the fourth field is no number, the last number of the line counts.
    Lines without a text are left out.
    """
    for line in lines:
        line = line.strip("\r\n\ufeff")
        fields = [field.strip() for field in line.split(_SEPARATOR)]
        if len(fields) >= 3:
            group, text, own = fields[0], fields[1], _score_of(fields[2:])
        else:
            group, (text, own) = "", _with_tab(line)
        if text:
            yield Candidate(group=group, text=text, own_score=own)


def candidates_in(path: Path) -> Iterator[Candidate]:
    """Read the candidates of a file of any encoding, also packed with gzip.

    Raises
    ------
    CorpusError
        If it cannot be read, or holds bytes that are not characters.
    """
    with TextFile(path) as beginning:
        encoding = detect_encoding(beginning.sample()).encoding
    with TextFile(path) as file, reading(path):
        yield from candidates_of(_sound_lines(path, file.text(encoding)))


def _sound_lines(path: Path, lines: Iterable[str]) -> Iterator[str]:
    for number, line in enumerate(lines, start=1):
        if undecodable(line):
            raise CorpusError(
                f"{path.name}, line {number:,}: bytes that are not characters. Save the list in "
                "UTF-8, or take the line out."
            )
        yield line


def _score_of(fields: Sequence[str]) -> float:
    """Return the score of the fields behind a text of Moses."""
    usual = fields[_SCORE_FIELD - 2] if len(fields) >= 2 else fields[0]
    numbers = [number for word in usual.split() if (number := _number(word)) is not None]
    if not numbers:
        words = " ".join(fields).split()
        numbers = [number for word in words if (number := _number(word)) is not None]
    return numbers[-1] if numbers else 0.0


def _with_tab(line: str) -> tuple[str, float]:
    """Return the text and the score of "score TAB text" or "text TAB score"."""
    first, tab, rest = line.partition("\t")
    if tab and (own := _number(first)) is not None:
        return rest.strip(), own
    before, tab, last = line.rpartition("\t")
    if tab and before.strip() and (own := _number(last)) is not None:
        return before.strip(), own
    return line.strip(), 0.0


def _number(text: str) -> float | None:
    """Return a finite number; "nan" and "infinity" are words here."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and not text.strip().isalpha() else None
