"""From words back to text, as the text that they come from writes, so that it reads back.

What is shown is read again by the tokeniser that made the words. `Writer.join` checks
that this gives the same words, and changes marks or puts in a blank where it does not.

A text's own way is counted while it is prepared: which marks quote, whether a blank
stands before a mark, how a word is most often written. What a small text does not show
is taken from its language.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

import regex

from engine.files.records import JsonRecord
from engine.tokenization.languages import Language, QuotationMarks, language
from engine.tokenization.sentence_ends import GOES_ON
from engine.tokenization.tokenizers import is_run
from engine.tokenization.vocabulary import SENTENCE_END, SENTENCE_START
from engine.tokenization.words import (
    APOSTROPHE,
    BLANK,
    CLOSING,
    ELLIPSIS,
    OPENING,
    Piece,
    Tokenizer,
)

# Marks that say by themselves which one opens, and that are no apostrophes.
_DEFAULT = QuotationMarks()
_PLAIN = QuotationMarks(inner_opening="“", inner_closing="”")
_GLUED_BEFORE = frozenset(",.;:!?)]}%…،؛؟。，、！？；：।॥”’»°") | {
    "''",
    "...",
    "....",
    "”1",
    "”2",
    "*>",
    "**>",
    "***>",
    "_>",
    "~~>",
    "'>",
}
_GLUED_AFTER = frozenset("([{$#¿¡£“‘«@") | {
    "``",
    "“1",
    "“2",
    "*<",
    "**<",
    "***<",
    "_<",
    "~~<",
    "'<",
    "&;",
    "~<",
    "≈<",
    "±<",
    "#<",
    "%<",
}
_BOTH = frozenset({"/", "\\"})
_DASHES = "–—"
_PAIRED = frozenset({"*", "**", "***", "_", "__", "~~", *_DASHES})
_SIGNS = frozenset("~≈±+−<>#%")
_FIRST_EMOJI = 0x1EFFF
_ENTITIES = frozenset({"gt", "lt", "amp", "quot", "nbsp", "apos"})
_CLITICS = frozenset({"n't", "'s", "'m", "'d", "'ll", "'re", "'ve"})
_NUMBER = regex.compile(r"[-−+]?\d")
_WORD = regex.compile(r"['’]?[\p{L}\p{M}\p{N}]")
# NLTK splits these, and only these, words without leaving a mark.
_HALVES = frozenset(
    {("can", "not"), ("gim", "me"), ("gon", "na"), ("got", "ta"), ("lem", "me")}
    | {("wan", "na"), ("more", "'n"), ("d", "'ye"), ("'t", "is"), ("'t", "was")}
)
_MOST_REPAIRS = 8
_MOST_SPACINGS = 4000  # pairs of kinds; a text has a few hundred
_LEAST_APART = 20  # marks with a blank before them that make a text a tokenised one,
_MOSTLY = 0.9  # and their share
_LEAST_SEEN = 2  # times before a text's own way counts more than its language's

_WORDS = frozenset("wnlce")  # the kinds that are no mark


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
        For the kinds of token around a gap (see `_levels`), whether no blank is there; only
        where it is not what is said already.
    forms : mapping of str to str
        The most frequent written form of each word that is not written as it is spelt.
    """

    marks: QuotationMarks = _DEFAULT
    apostrophe: str = APOSTROPHE
    ellipsis: str = "..."
    starts_large: bool = True
    spacings: Mapping[str, bool] = field(default_factory=dict)
    forms: Mapping[str, str] = field(default_factory=dict)


def kinds(tokens: Sequence[str], *, nltk: bool = False) -> list[str]:
    """Return the kind of each token of a sentence: a mark is its own kind.

    Notes
    -----
    "w" a word, "n" a number, "c" what follows a word without a blank (n't), "l" what
    precedes one (l'), "e" an emoji. Marks that come in pairs tell which of the two they
    are, quotation marks how deep they are nested, and "^" what begins the sentence. NLTK
    has ' for a quotation mark too; elsewhere it is a genitive's.
    """
    found: list[str] = []
    depth = 0
    for index, token in enumerate(tokens):
        if token in _CLITICS or token.lower() in _CLITICS:
            kind = "c"
        elif _NUMBER.match(token):
            kind = "n"
        elif _WORD.match(token):
            kind = "l" if token[-1] == APOSTROPHE and len(token) < 8 else "w"
        elif token == OPENING:
            depth += 1
            kind = f"{OPENING}{min(depth, 2)}"
        elif token == CLOSING:
            kind = f"{CLOSING}{min(max(depth, 1), 2)}"
            depth = max(depth - 1, 0)
        elif (token == ";" and _is_entity(tokens, index)) or (token[0] == "&" and len(token) > 3):  # noqa: S105 - a mark
            kind = "&;"
        elif token[:2] == ".." and token != "...":  # noqa: S105 - a mark
            kind = "...."
        elif token in _SIGNS and _is_sign(tokens, found, index):
            kind = token + "<"
        elif len(token) > 3 or ord(token[0]) > _FIRST_EMOJI:
            kind = "e"
        else:
            kind = token
        found.append(kind)
    paired = _PAIRED | {APOSTROPHE} if nltk else _PAIRED
    if not paired.isdisjoint(tokens):
        _pair(tokens, found, paired)
    if found and found[0] not in _WORDS:
        found[0] = "^" + found[0]
    return found


def _pair(tokens: Sequence[str], found: list[str], paired: frozenset[str]) -> None:
    """Tell which of two asterisks opens and which one closes; two side by side are one mark."""
    places: dict[str, list[tuple[int, int]]] = {}
    index = 0
    while index < len(tokens):
        token = tokens[index]
        end = index + 1
        if token in paired:
            while end < len(tokens) and tokens[end] == token:
                end += 1
            is_product = found[index - 1 : index] == ["n"] and found[end : end + 1] == ["n"]
            if not is_product:
                places.setdefault(token * (end - index), []).append((index, end))
        index = end
    for mark, spans in places.items():
        for number, (start, end) in enumerate(spans):
            is_last = number == len(spans) - 1
            side = ">" if number % 2 else "" if is_last else "<"
            found[start:end] = [mark[:3] + side] * (end - start)


def _is_sign(tokens: Sequence[str], found: Sequence[str], index: int) -> bool:
    """Whether a mark such as ~ belongs to the number after it."""
    is_product = index > 0 and found[index - 1] == "n"
    return not is_product and index + 1 < len(tokens) and bool(_NUMBER.match(tokens[index + 1]))


def _is_entity(tokens: Sequence[str], index: int) -> bool:
    return index >= 2 and tokens[index - 2] == "&" and tokens[index - 1] in _ENTITIES


def _is_glued(before: str, after: str, known: Language) -> bool:
    """Whether two kinds stand together where nothing else is known."""
    if before in ("^…", "^..."):
        return after in _WORDS
    before, after = _rough_dash(before.removeprefix("^") or before), _rough_dash(after)
    if after == "c":
        return before in ("w", "n", "c", "l")
    is_spaced = "»" in known.blank_before
    if after[0] in known.blank_before or (is_spaced and after in (CLOSING, CLOSING + "1")):
        return False
    if is_spaced and before in (OPENING, OPENING + "1"):
        return False
    if before in known.glued or after in known.glued or before in known.glued_after:
        return after not in known.glued_after
    if before == "l" or before in _GLUED_AFTER or before in _BOTH:
        return after != "e"
    return after in _GLUED_BEFORE or after in _BOTH or after in ("'>", "'")


def _levels(found: Sequence[str], index: int) -> list[str]:
    """Return what may decide on a blank before the token at `index`, the finest first.

    A number and the kinds around the gap: 3 two on a side where a mark is next to it,
    2 one on each, 1 the same wherever they stand in their sentence, 0 what marks do.
    """
    before, after = found[index - 1], found[index]
    levels = [f"2 {before} {after}", *_rougher(before, after)]
    outer_before = found[index - 2] if index > 1 and before not in _WORDS else ""
    outer_after = found[index + 1] if index + 1 < len(found) and after not in _WORDS else ""
    if outer_before or outer_after:
        levels.insert(0, f"3 {before} {after} {outer_before} {outer_after}")
    return levels


def _rougher(before: str, after: str) -> list[str]:
    return [f"1 {_rough(before)} {_rough(after)}", f"0 {_class_of(before)} {_class_of(after)}"]


def _held(blank: str) -> str:
    """Return the blank that keeps two sentences one; NLTK opens a quotation after others alone."""
    return GOES_ON if blank in ("", " ") else GOES_ON + " "


def _decided(spacings: Mapping[str, bool], levels: Sequence[str]) -> bool | None:
    return next((spacings[level] for level in levels if level in spacings), None)


def _rough(kind: str) -> str:
    """Return the kind wherever it stands in its sentence."""
    if kind in _WORDS:
        return kind if kind in ("c", "l") else "w"
    rough = kind.removeprefix("^").rstrip("12") or kind
    return _rough_dash(rough)


def _class_of(kind: str) -> str:
    """Return what a mark does: close, open, or neither; a text may set all of a class apart."""
    rough = _rough(kind)
    if rough in _WORDS:
        return rough
    if rough in _GLUED_BEFORE or rough == CLOSING:
        return "closing"
    return "opening" if rough in _GLUED_AFTER or rough == OPENING else rough


def _rough_dash(kind: str) -> str:
    return kind[0] if kind[0] in _DASHES else kind


class WritingCounts:
    """Counts how a text is written, sentence by sentence; some thousand tell enough."""

    def __init__(self, *, nltk: bool = False) -> None:
        self._nltk = nltk
        self.spacings: Counter[tuple[str, bool]] = Counter()
        self.marks: Counter[tuple[str, str]] = Counter()  # (opening1 …, raw)
        self.others: Counter[str] = Counter()  # apostrophes, ellipses
        self.starts: Counter[bool] = Counter()

    def add(self, pieces: Sequence[Piece]) -> None:
        """Count one sentence."""
        found = kinds([piece.token for piece in pieces], nltk=self._nltk)
        for index, piece in enumerate(pieces):
            if index and not (found[index] in "wn" and found[index - 1] in "wn"):
                for level in _levels(found, index):
                    self.spacings[level, piece.is_glued] += 1
            token = piece.token
            if token in (OPENING, CLOSING):
                self.marks[found[index].removeprefix("^"), piece.raw] += 1
            elif token == ELLIPSIS:
                self.others[piece.raw] += 1
            elif APOSTROPHE in token:
                self.others.update(set(piece.raw) & set("'’ʼ"))
        first = next((piece.raw for piece in pieces if piece.raw[:1].isalpha()), "")
        if first and first[0].lower() != first[0].upper():
            self.starts[first[0].isupper()] += 1
        if len(self.spacings) > _MOST_SPACINGS:
            self.spacings = Counter(dict(self.spacings.most_common(_MOST_SPACINGS // 2)))

    def update(self, other: "WritingCounts") -> None:
        """Add what another process counted."""
        self.spacings.update(other.spacings)
        self.marks.update(other.marks)
        self.others.update(other.others)
        self.starts.update(other.starts)

    def writing(self, code: str, forms: Mapping[str, str] | None = None) -> Writing:
        """Return the text's own way, and its language's where the text shows none."""
        known = language(code)
        spacings: dict[str, bool] = {}
        for level in sorted({level for level, _ in self.spacings}):  # the roughest first
            glued, apart = self.spacings[level, True], self.spacings[level, False]
            kind, before, after, *_ = level.split(" ")
            if kind == "0":  # a text that sets all its marks apart; else it says too little
                if apart >= _LEAST_APART and apart > _MOSTLY * (glued + apart):
                    spacings[level] = False
                continue
            rougher = [f"2 {before} {after}", *_rougher(before, after)][3 - int(kind) :]
            usual = _decided(spacings, rougher)
            if usual is None:
                usual = _is_glued(before, after, known)
            if glued + apart >= _LEAST_SEEN and glued != apart and (glued > apart) != usual:
                spacings[level] = glued > apart
        marks = known.marks
        return Writing(
            marks=QuotationMarks(
                opening=self._mark("“1", marks.opening),
                closing=self._mark("”1", marks.closing),
                inner_opening=self._mark("“2", marks.inner_opening),
                inner_closing=self._mark("”2", marks.inner_closing),
            ),
            apostrophe=max("'’ʼ", key=lambda mark: self.others[mark]),
            ellipsis=max(("...", "…", ". . ."), key=lambda dots: self.others[dots]),
            starts_large=self.starts[True] >= self.starts[False],
            spacings=spacings,
            forms=forms or {},
        )

    def _mark(self, kind: str, default: str) -> str:
        seen = {raw: count for (found, raw), count in self.marks.items() if found == kind}
        return max(seen, key=lambda raw: seen[raw]) if seen else default


class Writer:
    """Writes words so that they read back."""

    def __init__(self, tokenizer: Tokenizer, writing: Writing | None = None) -> None:
        config = tokenizer.config
        known = language(config.language)
        self._tokenizer = tokenizer
        self._writing = writing or Writing(marks=known.marks)
        self._known = known
        self._is_small = config.name == "tutorial" or (
            config.lower_case and config.name in ("words", "characters")
        )

    def read_back(self, text: str) -> list[list[str]]:
        """Return the words of each sentence of a text, as those of the corpus were found."""
        tokenizer = self._tokenizer
        return [tokenizer.tokenize(sentence) for sentence in tokenizer.split_sentences(text)]

    def is_readable(self, tokens: Sequence[str]) -> bool:
        """Whether what `join` writes gives these words again, in one sentence."""
        return self.written(tokens)[1]

    def join(self, tokens: Sequence[str]) -> str:
        """Return the words of one sentence as a person would write them, as `written` does."""
        return self.written(tokens)[0]

    def written(self, tokens: Sequence[str]) -> tuple[str, bool]:
        """Return the words of one sentence as a person would write them.

        Parameters
        ----------
        tokens : sequence of str
            SENTENCE_START and SENTENCE_END are left out.

        Returns
        -------
        text : str
            In the text's own marks; in others, or with a blank more, where only that reads
            back; in its own again where nothing does.
        is_readable : bool
            Whether `text` is read as these words, in one sentence.
        """
        kept = self._kept(tokens)
        if "" in kept:  # in a vocabulary of another program
            return " ".join(kept), False
        own = self._joined(kept, self._writing.marks, {})
        if self._reads_back(own, kept):
            return own, True
        if self._tokenizer.config.name != "whitespace":
            for marks in (self._writing.marks, _PLAIN):
                if text := self._repaired(kept, marks):
                    return text, True
        return own, False

    @staticmethod
    def _kept(tokens: Sequence[str]) -> list[str]:
        return [token for token in tokens if token not in (SENTENCE_START, SENTENCE_END)]

    def _reads_back(self, text: str, tokens: Sequence[str]) -> bool:
        word_of = self._tokenizer.word_of
        wanted = [word_of(token) for token in tokens]
        return self.read_back(text) == ([wanted] if wanted else [])

    def _repaired(self, tokens: Sequence[str], marks: QuotationMarks) -> str:
        """Return the text with blanks where it would be read otherwise; "" if that is no help."""
        word_of = self._tokenizer.word_of
        wanted = [word_of(token) for token in tokens]
        is_token = self._tokenizer.config.name == "characters"  # a blank
        blanks: dict[int, str] = {}
        for _ in range(_MOST_REPAIRS):
            text = self._joined(tokens, marks, blanks)
            sentences = self.read_back(text)
            if sentences == [wanted]:
                return text
            read = [word for sentence in sentences for word in sentence]
            wrong = next(
                (index for index, words in enumerate(zip(wanted, read, strict=False))
                 if words[0] != words[1]),
                min(len(wanted), len(read)),
            )  # fmt: skip
            ends = accumulate(map(len, sentences[:-1]))
            new = {end: _held(blanks.get(end, "")) for end in ends if 0 < end <= wrong}
            places = {wrong, wrong + 1} - {0}
            if not new and (untried := places - blanks.keys()):
                new = {max(untried): GOES_ON if is_token else " "}
            elif not new:
                new = {place: _held(blanks[place]) for place in places}
            if new.items() <= blanks.items():
                return ""
            blanks |= new
        return ""

    def _joined(
        self, tokens: Sequence[str], marks: QuotationMarks, blanks: Mapping[int, str]
    ) -> str:
        match self._tokenizer.config.name:
            case "whitespace":
                return " ".join(tokens)
            case "characters":
                return self._joined_characters(tokens, blanks)
        found = kinds(tokens, nltk=self._tokenizer.config.name == "tutorial")
        text: list[str] = []
        is_first = self._is_small and self._writing.starts_large
        for index, (token, kind) in enumerate(zip(tokens, found, strict=True)):
            if index in blanks:
                text.append(blanks[index])
            elif index and not self._touches(tokens, found, index):
                text.append(" ")
            shown = self._shown(token, kind, marks)
            if is_first and kind.lstrip("^") in ("w", "l", "n", "c") and text[-1:] != ["&"]:
                is_first = False
                is_link = "".join(tokens[index + 1 : index + 3]).startswith("://")
                shown = shown if is_link else self._capitalised(shown)
            text.append(shown)
        return "".join(text)

    def _touches(self, tokens: Sequence[str], found: Sequence[str], index: int) -> bool:
        """Whether no blank stands before the token at `index`."""
        before, after = found[index - 1], found[index]
        if self._tokenizer.config.name == "tutorial":
            if (tokens[index - 1], tokens[index]) in _HALVES or after == "&;":
                return True
            if before == ":" and tokens[index][:2] == "//":
                return True
            if before.lstrip("^") == "&" and tokens[index + 1 : index + 2] == [";"]:
                return tokens[index] in _ENTITIES
        own = _decided(self._writing.spacings, _levels(found, index))
        return _is_glued(before, after, self._known) if own is None else own

    def _shown(self, token: str, kind: str, marks: QuotationMarks) -> str:
        if self._tokenizer.config.name == "tutorial":
            shown = '"' if token in ("``", "''") else self._writing.forms.get(token, token)
            return "I" if shown == "i" else shown
        if token == OPENING:
            return marks.inner_opening if kind[-1] == "2" else marks.opening
        if token == CLOSING:
            return marks.inner_closing if kind[-1] == "2" else marks.closing
        if token == ELLIPSIS:
            return self._writing.ellipsis
        shown = self._writing.forms.get(token, token)
        if APOSTROPHE in shown and self._writing.apostrophe != APOSTROPHE:
            return shown.replace(APOSTROPHE, self._writing.apostrophe)
        return shown

    def _capitalised(self, shown: str) -> str:
        """Make the first letter a capital, where that is the same word."""
        start = 1 if shown[:1] in "'’ʼ" else 0
        first = shown[start : start + 1]
        if self._tokenizer.config.language in ("tr", "az"):
            first = first.replace("i", "İ")
        capital = shown[:start] + first.upper() + shown[start + 1 :]
        word_of = self._tokenizer.word_of
        is_same = word_of(capital) == word_of(shown) and "//" not in shown and "@" not in shown
        return capital if is_same else shown

    def _joined_characters(self, tokens: Sequence[str], blanks: Mapping[int, str]) -> str:
        """Blanks are tokens; letters side by side, as no text has them, get none."""
        text: list[str] = []
        last = ""
        for index, token in enumerate(tokens):
            shown = self._writing.forms.get(token, token)
            if token == BLANK and 0 < index < len(tokens) - 1 and last not in (" ", BLANK):
                shown = " "
            if last and shown and is_run(last[-1]) and is_run(shown[0]):
                text.append(GOES_ON)
            text.append(blanks.get(index, "") + shown)
            last = shown
        return "".join(text)
