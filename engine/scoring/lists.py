"""Lists of candidate sentences as people, translation and speech systems write them.

    plain    the sentence, or "score TAB sentence", or "sentence TAB score"
    Moses    0 ||| the sentence ||| LM: -3 ||| -8.5
    Kaldi    talk-1-1 the sentence      and a second file:  talk-1-1 153.2

Their order is `ranking`'s.
"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from engine.documents.encoding import detect_encoding
from engine.documents.text_file import TextFile, reading, undecodable
from engine.errors import CorpusError
from engine.scoring.ranking import Candidate
from engine.wording import counted

_SEPARATOR = "|||"
_SCORE_FIELD = 3  # of an n-best list of Moses: what stands behind it may be an alignment
_NUMBERED = re.compile(r"(\S+)-(\d+)")  # an utterance, and which of its sentences it is
_SHOWN = 40  # characters of a line in a message


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnScores:
    """The scores of a list that stand in a file of their own.

    Attributes
    ----------
    name : str
        Of the file.
    by_name : mapping of str to float
        Of each sentence's name, as Kaldi writes them.
    in_order : sequence of float
        Of each line, where the file has numbers alone.
    """

    name: str
    by_name: Mapping[str, float] = field(default_factory=dict)
    in_order: Sequence[float] = ()


def own_scores_in(path: Path) -> OwnScores:
    """Read scores: a number per line, or the name of a sentence and its number.

    Raises
    ------
    CorpusError
        If it cannot be read, or a line has no number; it is named.
    """
    by_name: dict[str, float] = {}
    in_order: list[float] = []
    for line, text in enumerate(lines_of(path), start=1):
        words = text.split()
        if not words:
            continue
        number = _number(words[-1])
        if number is None or len(words) > 2:
            raise CorpusError(
                f"{path.name}, line {line:,}: “{text.strip()[:_SHOWN]}” is no score. A file of "
                "scores has one number per line, or a name and a number on each."
            )
        if len(words) == 2:
            by_name[words[0]] = number
        else:
            in_order.append(number)
    if by_name and in_order:
        raise CorpusError(f"{path.name}: some lines have a name before the score, others do not.")
    if not (by_name or in_order):
        raise CorpusError(f"{path.name} has no score: one number per line is needed.")
    return OwnScores(name=path.name, by_name=by_name, in_order=in_order)


def candidates_of(lines: Iterable[str], scores: OwnScores | None = None) -> Iterator[Candidate]:
    """Read candidates: one text per line, with or without a score, or an n-best list.

    Parameters
    ----------
    lines : iterable of str
        A score stands before or behind the text, a tab between them. Moses writes "group |||
        text ||| features ||| score"; where the fourth field is no number, the last number of
        the line counts. Kaldi begins each line with a name that ends in -1, -2, …, anew for each
        utterance, which is the group. Lines without a text are left out.
    scores : OwnScores, optional
        They count instead of what the lines say.

    Raises
    ------
    CorpusError
        If a text has no score in `scores`, or there are others.
    """
    texts = [line.strip("\r\n\ufeff") for line in lines]
    is_named = bool(scores and scores.by_name) or _are_numbered(texts)
    used = 0
    for line in texts:
        name = ""
        fields = [field.strip() for field in line.split(_SEPARATOR)]
        if len(fields) >= 3:
            group, text, own = fields[0], fields[1], _score_of(fields[2:])
        elif is_named and line.strip():
            name, *rest = line.split(None, 1)
            numbered = _NUMBERED.fullmatch(name)
            group, text, own = numbered[1] if numbered else name, "".join(rest).strip(), 0.0
        else:
            group, (text, own) = "", _with_tab(line)
        if not text:
            continue
        if scores is not None:
            own = _own_score(scores, name, used, text)
        used += 1
        yield Candidate(group=group, text=text, own_score=own)
    if scores is not None and len(scores.in_order) > used:
        raise CorpusError(
            f"{scores.name} has {counted(len(scores.in_order), 'score')} for "
            f"{counted(used, 'sentence')}: each sentence needs one."
        )


def lines_of(path: Path) -> Iterator[str]:
    """Yield the lines of a file of any encoding, also packed with gzip.

    Raises
    ------
    CorpusError
        If it cannot be read, or holds bytes that are not characters.
    """
    with TextFile(path) as beginning:
        encoding = detect_encoding(beginning.sample()).encoding
    with TextFile(path) as file, reading(path):
        for number, line in enumerate(file.text(encoding), start=1):
            if undecodable(line):
                raise CorpusError(
                    f"{path.name}, line {number:,}: bytes that are not characters. Save the list "
                    "in UTF-8, or take the line out."
                )
            yield line


def _are_numbered(lines: Sequence[str]) -> bool:
    """Whether each line has a name, and the names of an utterance are counted from 1 on."""
    last: dict[str, int] = {}
    count = 0
    for line in lines:
        words = line.split(None, 1)
        if not words:
            continue
        found = _NUMBERED.fullmatch(words[0])
        if found is None or int(found[2]) != last.get(found[1], 0) + 1:
            return False
        last[found[1]] = int(found[2])
        count += 1
    return count > 1


def _own_score(scores: OwnScores, name: str, place: int, text: str) -> float:
    if scores.by_name:
        if name in scores.by_name:
            return scores.by_name[name]
        raise CorpusError(f"{scores.name} has no score for “{name}”, which the list has.")
    if place < len(scores.in_order):
        return scores.in_order[place]
    raise CorpusError(
        f"{scores.name} has {counted(len(scores.in_order), 'score')}, but the list has more "
        f"sentences: “{text[:_SHOWN]}” is without one."
    )


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
