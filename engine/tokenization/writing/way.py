"""A text's own way of writing, counted while it is prepared.

Which marks quote, whether a blank stands before a mark, how a word is most often written.
What a small text does not show is taken from its language.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from engine.files.records import JsonRecord
from engine.tokenization.languages import QuotationMarks, language
from engine.tokenization.words import APOSTROPHE, CLOSING, ELLIPSIS, OPENING, Piece
from engine.tokenization.writing.kinds import kinds
from engine.tokenization.writing.spacing import (
    BY_WORD,
    Gap,
    decided,
    gap,
    is_glued,
    is_telling,
    levels,
    rougher,
)

_DEFAULT = QuotationMarks()
# What closes a quotation, by what opens it, and the other way round; others are their own partner.
_CLOSED_BY = dict(zip("“„«»‘‚‹›", "”“»«’‘›‹", strict=True)) | {"``": "''"}
_OPENED_BY = dict(zip("”“»«’‘›‹", "“„«»‘‚‹›", strict=True))
_APOSTROPHES = "'’ʼ"
_MOST_GAPS = 40_000  # different ones that are counted; a text keeps a few hundred
_LEAST_APART = 20  # marks with a blank before them that make a text a tokenised one,
_MOSTLY = 0.9  # and their share
_LEAST_SEEN = 2  # times before a text's own way counts more than its language's; with the
# very word beside the mark once is enough: so it stood, and other sentences win by it, too


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing(JsonRecord):
    """How a text is written; a plain record, kept with a model.

    Attributes
    ----------
    marks : QuotationMarks
    apostrophe, ellipsis : str
    starts_large : bool
        Whether a sentence begins with a capital.
    spacings : mapping of str to bool
        For what is around a gap (see `spacing.levels`), whether no blank is there; only
        where it is not what is said already.
    beside : mapping of str to str
        The quotation mark or apostrophe that stood beside a word (see `places`), where it is
        another than the text's usual one.
    forms : mapping of str to str
        The most frequent written form of each word that is not written as it is spelt.
    """

    marks: QuotationMarks = _DEFAULT
    apostrophe: str = APOSTROPHE
    ellipsis: str = "..."
    starts_large: bool = True
    spacings: Mapping[str, bool] = field(default_factory=dict)
    beside: Mapping[str, str] = field(default_factory=dict)
    forms: Mapping[str, str] = field(default_factory=dict)

    def of(self, tokens: Sequence[str]) -> "Writing":
        """Return the way of one sentence: with the marks that stood beside the first such word."""
        if not self.beside:
            return self
        found: dict[bool, tuple[str, str]] = {}  # of a quotation or not, the token and its mark
        for index, key in places(tokens):
            if mark := self.beside.get(key):
                found.setdefault(tokens[index] in (OPENING, CLOSING), (tokens[index], mark))
        _, apostrophe = found.get(False, ("", self.apostrophe))
        token, mark = found.get(True, ("", ""))
        marks = self.marks
        if token == OPENING:
            marks = replace(marks, opening=mark, closing=_CLOSED_BY.get(mark, mark))
        elif token == CLOSING:
            marks = replace(marks, opening=_OPENED_BY.get(mark, mark), closing=mark)
        return replace(self, marks=marks, apostrophe=apostrophe)


def places(tokens: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield where quotation marks and apostrophes are, and the mark with the word beside it."""
    depth = 0
    for index, token in enumerate(tokens):
        before = tokens[index - 1] if index else ""
        after = tokens[index + 1] if index + 1 < len(tokens) else ""
        if token == OPENING:
            depth += 1
            if depth == 1:
                yield index, f"{OPENING} {after.lower()}"
        elif token == CLOSING:
            if depth <= 1:
                yield index, f"{CLOSING} {before.lower()}"
            depth = max(depth - 1, 0)
        elif APOSTROPHE in token:
            yield index, f"{APOSTROPHE} {before} {token}".lower()


class WritingCounts:
    """Counts how a text is written, sentence by sentence; some thousand tell enough."""

    def __init__(self, *, nltk: bool = False) -> None:
        self._nltk = nltk
        self.gaps: Counter[tuple[Gap, bool]] = Counter()  # with whether no blank is there
        self.marks: Counter[tuple[str, str]] = Counter()  # (opening1 …, raw)
        self.others: Counter[str] = Counter()  # apostrophes, ellipses
        self.beside: Counter[tuple[str, str]] = Counter()  # (see `places`, its mark)
        self.starts: Counter[bool] = Counter()

    def add(self, pieces: Sequence[Piece]) -> None:
        """Count one sentence."""
        tokens = [piece.token for piece in pieces]
        found = kinds(tokens, nltk=self._nltk)
        for index, piece in enumerate(pieces):
            if index and is_telling(found[index - 1], found[index]):
                self.gaps[gap(tokens, found, index), piece.is_glued] += 1
            token = piece.token
            if token in (OPENING, CLOSING):
                self.marks[found[index].removeprefix("^"), piece.raw] += 1
            elif token == ELLIPSIS:
                self.others[piece.raw] += 1
            elif APOSTROPHE in token:
                self.others.update(_apostrophe(piece.raw))
        if not self._nltk:
            for index, key in places(tokens):
                raw = pieces[index].raw
                is_apostrophe = APOSTROPHE in tokens[index]
                self.beside[key, _apostrophe(raw) if is_apostrophe else raw] += 1
        first = next((piece.raw for piece in pieces if piece.raw[:1].isalpha()), "")
        if first and first[0].lower() != first[0].upper():
            self.starts[first[0].isupper()] += 1
        if len(self.gaps) > _MOST_GAPS:
            self.gaps = Counter(dict(self.gaps.most_common(_MOST_GAPS // 2)))

    def writing(self, code: str, forms: Mapping[str, str] | None = None) -> Writing:
        """Return the text's own way, and its language's where the text shows none."""
        known = language(code)
        seen: Counter[tuple[str, bool]] = Counter()
        for (place, is_glued_there), count in self.gaps.items():
            for level in levels(place):
                seen[level, is_glued_there] += count
        spacings: dict[str, bool] = {}
        for level in sorted({level for level, _ in seen}):  # the roughest first
            glued, apart = seen[level, True], seen[level, False]
            kind, before, after, *_ = level.split(" ")
            if kind == "0":  # a text that sets all its marks apart; else it says too little
                if apart >= _LEAST_APART and apart > _MOSTLY * (glued + apart):
                    spacings[level] = False
                continue
            usual = decided(spacings, rougher(level))
            if usual is None:
                usual = is_glued(before, after, known)
            least = 1 if level[0] in BY_WORD else _LEAST_SEEN
            if glued + apart >= least and glued != apart and (glued > apart) != usual:
                spacings[level] = glued > apart
        own = known.marks
        marks = QuotationMarks(
            opening=self._mark("“1", own.opening),
            closing=self._mark("”1", own.closing),
            inner_opening=self._mark("“2", own.inner_opening),
            inner_closing=self._mark("”2", own.inner_closing),
        )
        apostrophe = max(_APOSTROPHES, key=lambda mark: self.others[mark])
        return Writing(
            marks=marks,
            apostrophe=apostrophe,
            ellipsis=max(("...", "…", ". . ."), key=lambda dots: self.others[dots]),
            starts_large=self.starts[True] >= self.starts[False],
            spacings=spacings,
            beside=self._beside(marks, apostrophe),
            forms=forms or {},
        )

    def _mark(self, kind: str, default: str) -> str:
        seen = {raw: count for (found, raw), count in self.marks.items() if found == kind}
        return max(seen, key=lambda raw: seen[raw]) if seen else default

    def _beside(self, marks: QuotationMarks, apostrophe: str) -> dict[str, str]:
        """Return the mark that stood most often beside a word, where it is not the usual one."""
        usual = {OPENING: marks.opening, APOSTROPHE: apostrophe}
        best = {key: mark for (key, mark), _ in reversed(self.beside.most_common())}
        return {
            key: mark
            for key, mark in sorted(best.items())
            if mark != usual.get(key[0], marks.closing)
        }


def _apostrophe(raw: str) -> str:
    """Return the first apostrophe of a written token; the plain one where it has others."""
    return next((mark for mark in raw if mark in _APOSTROPHES), APOSTROPHE)
