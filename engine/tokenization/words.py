"""From sentences to words, one tokeniser for each kind of text, all with one interface.

A tokeniser finds *written* tokens, as they stand in the text; `word_of` says which word
of a vocabulary each of them is ("The" and "the" are one where a text is lower-cased).
Back to text goes `written`; nothing is counted here.

Marks are unified: every opening quotation mark becomes “, every closing one ”, whatever
the language writes and however deep they are nested; apostrophes become ', three dots
become …. Which marks a text itself uses, `written` remembers.
"""

import unicodedata
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

import regex

from engine.config import TokenizerConfig
from engine.tokenization.sentence_ends import ORDINAL, SentenceRules
from engine.tokenization.tokenizing import WordTable
from engine.tokenization.vocabulary import SENTENCE_END, SENTENCE_START, UNKNOWN_TOKEN

NUMBER_TOKEN = "NUMBER_TOKEN"  # noqa: S105 - a word, not a secret
LINK_TOKEN = "LINK_TOKEN"  # noqa: S105
USER_TOKEN = "USER_TOKEN"  # noqa: S105
OPENING = "“"
CLOSING = "”"
ELLIPSIS = "…"
APOSTROPHE = "'"
BLANK = "▁"  # a blank that is a token: between characters of a script without blanks

SPECIAL = frozenset({SENTENCE_START, SENTENCE_END, UNKNOWN_TOKEN})
_MERGED = frozenset({NUMBER_TOKEN, LINK_TOKEN, USER_TOKEN})

# Characters that are seen by nobody: soft hyphen, zero-width space, byte order mark, marks of
# direction, controls. The two joiners stay where a script shapes its letters by them.
_INVISIBLE = regex.compile(
    r"[\x00-\x08\x0e-\x1b\x7f\xad\u180e\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]"
    r"|(?<![\p{Arabic}\p{Syriac}\p{Mongolian}\p{Devanagari}\p{Bengali}\p{Gurmukhi}\p{Gujarati}"
    r"\p{Oriya}\p{Tamil}\p{Telugu}\p{Kannada}\p{Malayalam}\p{Sinhala}\p{Myanmar}\p{Khmer}"
    r"\p{Extended_Pictographic}\ufe0f\U0001f3fb-\U0001f3ff])[\u200c\u200d]"
    r"|[\u200c\u200d](?![\p{L}\p{M}\p{Extended_Pictographic}])"
)
EMOJI = (
    r"(?:\p{Regional_Indicator}{2}|[0-9#*]\ufe0f?\u20e3"
    r"|\p{Extended_Pictographic}[\ufe0f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]*"
    r"(?:\u200d\p{Extended_Pictographic}[\ufe0f\U0001f3fb-\U0001f3ff]*)*)"
)
_DOMAINS = "com|org|net|edu|gov|info|io|de|fr|es|it|nl|pl|ru|uk|ua|cn|jp|in|eu|at|ch|se|tv|me|be|ly"


def addresses(letter: str = r"\w", outside: str = "") -> str:
    """Return the expression of links, mail addresses, user names and tags.

    Parameters
    ----------
    letter, outside : str
        Parts of a set of characters: what names are made of, and what no link contains.
    """
    w, inner = letter, rf"[^\s<>\"“”„«»{outside}]*[^\s<>\"“”„«».,;:!?…'’)\]}}*{outside}]"
    return (
        rf"(?P<link>(?i:(?:https?|ftp)://|www\.){inner}"
        rf"|(?<![\w@.])(?:[a-z0-9][a-z0-9-]*\.)+(?:{_DOMAINS})\b(?![.-]?\w)(?:/{inner})?)"
        rf"|(?P<mail>[{w}.+-]*[{w}]@[{w}][{w}-]*(?:\.[{w}][{w}-]*)+)"
        rf"|(?P<user>(?<![{w}/])(?:@[{w}]+(?:[.-][{w}]+)*|/?u/[{w}-]+))"
        rf"|(?P<tag>(?<![{w}&/])(?:\#[{w}]+|/?r/[{w}]+))"
    )


NUMBER = r"\d++(?:[.,:٫٬]\d++)*+"
_LETTER = r"[\p{L}\p{M}\p{N}_\u200c\u200d]"
_UNIT = rf"(?:{NUMBER}{_LETTER}*|{_LETTER}+)"
_PIECE = regex.compile(
    rf"{addresses()}"
    r"|(?P<entity>&(?:[a-zA-Z]{2,8}|\#\d{1,6});)"
    rf"|(?P<emoji>{EMOJI})"
    r"|(?P<smiley>(?<![^\s(])(?:[:;=8][-o']?[)(\[\]DdPp/\\|*3]|<3|:'\()(?=$|[\s.,!?)]))"
    r"|(?P<ordinal>\d++\.[ºª](?!\w))"
    rf"|(?P<number>(?:(?<![^\s(\[“\"])[-−+])?{NUMBER}(?![-‐‑'’]?{_LETTER}))"
    r"|(?P<fraction>(?<![\w.\\])[.,]\d+(?!\w))"
    r"|(?P<grade>(?<!\w)\p{Lu}(?:\+{1,2}|\#)(?!\w)|°[CFKcfk](?!\w)|(?<!\w)[nN]°s?(?!\p{L}))"
    r"|(?P<dotted>(?:\p{L}\.[-‑]?)+\p{L}(?![\p{L}\p{M}\p{N}_'’])\.?)"
    rf"|(?P<word>{_UNIT}(?:(?:[-‐‑'’ʼ´`·]|&(?=\p{{Lu}})|\.(?=[\p{{Ll}}\d])|[*:](?=innen(?!\w))"
    rf"|(?<=\p{{Hebrew}})[\"״׳](?=\p{{Hebrew}})){_UNIT})*"
    r"(?:-(?=$|[,;/)]))?)"
    r"|(?P<dots>\.(?:\u2060?\.)+|…+)"
    r"|(?P<double>``|''|,,|[\"“”„«»‟])"
    r"|(?P<single>[‘‚‛’'`´‹›])"
    r"|(?P<run>(?P<same>[-*_~=#^|+])(?P=same)+)"
    r"|(?P<mark>\X)"
)
_ABBREVIATION = regex.compile(r"[\p{L}\p{M}]+(?:\.-?[\p{L}\p{M}]+)+(?=\.)")
_APOSTROPHES = regex.compile(r"[’ʼ´`]")
_ENGLISH_ENDING = regex.compile(r"(?i)(.+?)(n't|'(?:s|m|d|ll|re|ve))")
_ENGLISH_CLITIC = regex.compile(r"(?i)['’](?:s|m|d|ll|re|ve)(?!\w)")
_CLIPPED = regex.compile(r"['’‘](?:\d\ds?|\p{L}+['’]?)(?!\w)")
_BEFORE_DOTTED = regex.compile(r"(\p{L}+)['’](?=\p{L}\.\p{L})")  # l'O.N.U.
_INITIAL = regex.compile(r"\p{Lu}")
_BEFORE_OPENING = frozenset("([{<¿¡—–-/=*_~>|+…")
_AFTER_CLOSING = frozenset(".,;:!?…)]}—–-/*_~<>%|。，、！？：；؟،।")
_QUOTES = frozenset("\"“”„«»‟‘‚‛’'`´‹›")
_SENTENCE_CLOSERS = frozenset({CLOSING, ")", "]", "}", "*", "_"})
_NUMBER_WORD = regex.compile(r"[-−+]?\d[\d.,:٫٬'’/-]*")
Merging = Callable[[str | None, str], str]  # `OwnWords.merged`

# A token that its chunk alone cannot settle begins so; no text has it.
_OPEN = "\0"
_JOINED = "\u2060"  # between dots that belong together; no text has it once it is visible
_SPACED_DOTS = regex.compile(r"(?<!\S)\.(?: \.)+(?!\S)")
MOST_KEPT = 400_000  # chunks, about 60 MB
_LONGEST_KEPT = 48  # characters; longer ones hardly ever come again


class Piece(NamedTuple):
    """One token of a sentence, and how it stood there."""

    token: str  # written, its marks unified
    is_glued: bool  # no blank before it
    raw: str  # the characters of the text


class Tokenizer(Protocol):
    """What all tokenisers can do; each goes cheaply to another process."""

    config: TokenizerConfig

    def split_sentences(self, text: str) -> list[str]:
        """Return the sentences of a text, none of them empty."""

    def pieces(self, sentence: str) -> list[Piece]:
        """Return the written tokens of one sentence, and how they stood there."""

    def word_of(self, token: str) -> str:
        """Return the word of the vocabulary that a written token is."""

    def tokenize(self, sentence: str) -> list[str]:
        """Return the words of one sentence."""

    def fast(self) -> "FastTokens":
        """Return what numbers the written tokens of many sentences quickly."""


class FastTokens(Protocol):
    """Numbers written tokens in the order first seen; remembers what it saw."""

    table: WordTable

    def is_full(self) -> bool:
        """Whether so much is kept that it is time to `forget`."""

    def forget(self) -> None:
        """Start again with an empty table."""

    def append_numbers(self, sentence: str, numbers: list[int]) -> None:
        """Append the number in `table` of each written token of `sentence` to `numbers`."""


def visible(sentence: str) -> str:
    """Return the sentence in Unicode's composed form and without what nobody sees."""
    if sentence.isascii():
        return sentence if sentence.isprintable() else str(_INVISIBLE.sub("", sentence))
    if not unicodedata.is_normalized("NFC", sentence):
        sentence = unicodedata.normalize("NFC", sentence)
    return str(_INVISIBLE.sub("", sentence))


def small(token: str, language: str) -> str:
    """Return the token in lower case, as its language has it."""
    if language in ("tr", "az"):
        token = token.replace("I", "ı").replace("İ", "i")
    lower = token.lower()
    return lower if lower.isascii() else unicodedata.normalize("NFC", lower)


class OwnWords:
    """What the tokenisers share that find the tokens by expressions of our own."""

    def __init__(self, config: TokenizerConfig, rules: SentenceRules) -> None:
        self.config = config
        self.rules = rules

    def __reduce__(self) -> tuple[type["OwnWords"], tuple[TokenizerConfig, SentenceRules]]:
        return type(self), (self.config, self.rules)

    def split_sentences(self, text: str) -> list[str]:
        """Return the sentences of a text, none of them empty."""
        return self.rules.split(visible(text))

    def word_of(self, token: str) -> str:
        """Return the token, in lower case if so wished, never one of the special tokens."""
        if token in SPECIAL or token in _MERGED:
            merges = self.config.merge_numbers or self.config.merge_links
            return token if merges and token in _MERGED else token.lower()
        return small(token, self.config.language) if self.config.lower_case else token

    def merged(self, kind: str | None, token: str) -> str:
        """Return the one word that numbers, links or user names are, where that is wished."""
        if self.config.merge_links:
            if kind in ("link", "mail"):
                return LINK_TOKEN
            if kind == "user":
                return USER_TOKEN
        if self.config.merge_numbers and _NUMBER_WORD.fullmatch(token):
            return NUMBER_TOKEN
        return token


class WordTokenizer(OwnWords):
    """For any language with blanks between its words."""

    def __init__(self, config: TokenizerConfig, rules: SentenceRules) -> None:
        super().__init__(config, rules)
        self._is_english = config.language == "en"
        marks = rules.known.marks
        self._opens_with_sixes = "“" not in (marks.closing, marks.inner_closing)
        self._elided = rules.known.elided
        self._unsplit = rules.known.unsplit
        self._clipped = rules.known.clipped
        self._pieces_of: dict[str, tuple[Piece, ...]] = {}

    def tokenize(self, sentence: str) -> list[str]:
        """Return the words of one sentence."""
        return [self.word_of(piece.token) for piece in self.pieces(sentence)]

    def pieces(self, sentence: str) -> list[Piece]:
        """Return the written tokens of one sentence, and how they stood there."""
        pieces: list[Piece] = []
        for chunk in self.chunks(sentence):
            pieces += self.chunk(chunk)
        if any(map(is_unsettled, pieces)):
            return _settled(pieces, self.merged, is_english=self._is_english)
        return pieces

    def fast(self) -> "FastWords":
        """Return what numbers the written tokens of many sentences quickly."""
        return FastWords(self)

    @staticmethod
    def chunks(sentence: str) -> list[str]:
        """Return what stands between two blanks, dots with blanks between them as one."""
        sentence = visible(sentence)
        if " . ." in sentence:
            sentence = _SPACED_DOTS.sub(lambda dots: dots[0].replace(" ", _JOINED), sentence)
        return sentence.split()

    def chunk(self, chunk: str) -> tuple[Piece, ...]:
        """Return the pieces of what stands between two blanks."""
        pieces = self._pieces_of.get(chunk)
        if pieces is None:
            pieces = self._cut(chunk)
            if len(self._pieces_of) > MOST_KEPT:
                self._pieces_of.clear()
            if len(chunk) <= _LONGEST_KEPT:
                self._pieces_of[chunk] = pieces
        return pieces

    def _cut(self, chunk: str) -> tuple[Piece, ...]:
        pieces: list[Piece] = []
        position = 0

        def take(token: str, end: int) -> None:
            nonlocal position
            raw = chunk[position:end].replace(_JOINED, " ")
            pieces.append(Piece(token, position > 0, raw))
            position = end

        while position < len(chunk):
            if (clipped := _CLIPPED.match(chunk, position)) and self._is_clipped(
                clipped[0], chunk, position
            ):
                take(APOSTROPHE + _plain(clipped[0][1:]), clipped.end())
                continue
            if (long := _ABBREVIATION.match(chunk, position)) and self.rules.is_abbreviation(
                long[0]
            ):
                take(long[0] + ".", long.end() + 1)
                continue
            if (head := _BEFORE_DOTTED.match(chunk, position)) and head[1].lower() in self._elided:
                take(head[1] + APOSTROPHE, head.end())
                continue
            match = _PIECE.match(chunk, position)
            assert match is not None  # noqa: S101 - \X takes any character
            kind, text, end = match.lastgroup, match[0], match.end()
            if kind in ("word", "number", "dotted"):
                self._take_word(chunk, text, end, kind, take)
            elif kind == "double":
                take(self._double(chunk, position, end, pieces), end)
            elif kind == "single":
                take(self._single(chunk, position, end, pieces), end)
            elif kind == "dots":
                dots = text.replace(_JOINED, "")
                take(ELLIPSIS if dots in ("...", "…") else dots, end)
            else:
                take(self.merged(kind, text), end)
        return tuple(pieces)

    def _is_clipped(self, text: str, chunk: str, position: int) -> bool:
        if position and chunk[position - 1].isalnum():
            return False
        plain = APOSTROPHE + _plain(text[1:]).lower()
        if plain in self._clipped or plain[1:3].isdigit():
            return True
        return self._is_english and _ENGLISH_CLITIC.fullmatch(text) is not None

    def _take_word(
        self, chunk: str, text: str, end: int, kind: str, take: Callable[[str, int], None]
    ) -> None:
        rest = chunk[end:]
        word = _plain(text)
        is_cut = rest[:1] in ("'", "’") and not rest[1:2].isalpha()
        if is_cut and (word.lower() in self._elided or word.lower() + "'" in self._clipped):
            return take(word + "'", end + 1)
        if rest[:1] == "." and rest[1:2] != ".":
            if kind == "word" and self.rules.is_abbreviation(word):
                return take(word + ".", end + 1)
            if (
                word.lower() in self.rules.known.before_numbers
                or (_INITIAL.fullmatch(word) and not (self._is_english and word == "I"))
                or (self.rules.known.has_ordinals and ORDINAL.fullmatch(word))
            ):
                return take(_OPEN + word + ".", end + 1)
        start = end - len(text)
        for part in self._parts(word) if "'" in word else (word,):
            start += len(part)
            take(self.merged(kind, part), start)
        return None

    def _parts(self, word: str) -> list[str]:
        """Split a word at its apostrophes as its language does."""
        lower = word.lower()
        if self._is_english:
            ends: list[str] = []
            while match := _ENGLISH_ENDING.fullmatch(word):
                word = match[1]
                ends.insert(0, match[2])
            return [word, *ends]
        heads: list[str] = []
        while lower not in self._unsplit:
            head, _, rest = word.partition("'")
            if not rest or head.lower() not in self._elided:
                break
            heads.append(head + "'")
            word = rest
            lower = rest.lower()
        return [*heads, word]

    @staticmethod
    def _faces(chunk: str, start: int, end: int, pieces: Sequence[Piece]) -> tuple[bool, bool]:
        """Whether a mark at `start` can open what follows, and can close what precedes."""
        before = chunk[start - 1] if start else ""
        if before in _QUOTES and pieces:
            last = pieces[-1].token
            can_open = last in (OPENING, _OPEN + "<") or (len(last) > 1 and last[-1] == "'")
        else:
            can_open = not before or before in _BEFORE_OPENING
        after = chunk[end:].lstrip("\"“”„«»‟‘‚‛’'`´‹›")
        can_close = not after or after[0] in _AFTER_CLOSING
        return can_open, can_close

    def _double(self, chunk: str, start: int, end: int, pieces: Sequence[Piece]) -> str:
        mark = chunk[start:end]
        can_open, can_close = self._faces(chunk, start, end, pieces)
        if can_open != can_close:
            return OPENING if can_open else CLOSING
        if mark in ("„", "«", ",,", "``", "‟") or (mark == "“" and self._opens_with_sixes):
            return OPENING
        if mark in ("”", "»", "''"):
            return CLOSING
        return _OPEN + '"'

    def _single(self, chunk: str, start: int, end: int, pieces: Sequence[Piece]) -> str:
        mark = chunk[start:end]
        can_open, can_close = self._faces(chunk, start, end, pieces)
        if mark in "‹›":
            return OPENING if can_open and not can_close else CLOSING
        if can_open != can_close:
            return _OPEN + ("<" if can_open else ">")
        if mark in "‘‚‛":
            return _OPEN + "<"
        return _OPEN + ("|" if can_open else ">")


def _plain(word: str) -> str:
    if word.isascii() and "`" not in word:
        return word
    return str(_APOSTROPHES.sub("'", word))


def _settled(pieces: Sequence[Piece], merged: Merging, *, is_english: bool) -> list[Piece]:
    """Settle what hung on the rest of the sentence: apostrophes, quotation marks, "No."."""
    settled: list[Piece] = []
    closings = _pairs_of_single(pieces)
    depth = 0
    for index, piece in enumerate(pieces):
        token = piece.token
        if settled and settled[-1].token == _OPEN + "'":  # it was no quotation mark
            before = settled.pop()
            piece = Piece(APOSTROPHE + token, before.is_glued, before.raw + piece.raw)
            token = piece.token
        if token[0] != _OPEN:
            depth += (token == OPENING) - (token == CLOSING and depth > 0)
            settled.append(piece)
            continue
        kind = token[1:]
        if kind == '"':
            token = CLOSING if depth else OPENING
        elif index in closings:
            token = OPENING if closings[index] > index else CLOSING
        elif kind == "<" and index + 1 < len(pieces) and pieces[index + 1].is_glued:
            is_letter = pieces[index + 1].token[0].isalnum()
            token = _OPEN + "'" if is_letter else APOSTROPHE
        elif kind in ("<", "|"):
            token = APOSTROPHE
        elif kind == ">":
            if not is_english and settled and settled[-1].token[-1].isalnum():
                last = settled.pop()
                settled.append(Piece(last.token + "'", last.is_glued, last.raw + piece.raw))
                continue
            token = APOSTROPHE
        else:
            settled += _stop_kept_or_not(piece, pieces[index + 1 :], merged)
            continue
        depth += (token == OPENING) - (token == CLOSING and depth > 0)
        settled.append(Piece(token, piece.is_glued, piece.raw))
    return settled


def _pairs_of_single(pieces: Sequence[Piece]) -> dict[int, int]:
    """Return the single marks that are a quotation's, each with its partner."""
    pairs: dict[int, int] = {}
    opened: int | None = None
    for index, piece in enumerate(pieces):
        token = piece.token
        if token in (_OPEN + "<", _OPEN + "|") and opened is None:
            opened = index
        elif token in (_OPEN + ">", _OPEN + "|") and opened is not None:
            pairs[opened], pairs[index] = index, opened
            opened = None
    return pairs


def _stop_kept_or_not(piece: Piece, after: Sequence[Piece], merged: Merging) -> list[Piece]:
    """Return "No." before a number, "J." and "3." before a word as one piece, others as two."""
    follower = next((p.token for p in after if p.token not in _SENTENCE_CLOSERS), "").lstrip(_OPEN)
    token, word = piece.token[1:], piece.token[1:-1]
    if (len(word) == 1 and word.isupper()) or ORDINAL.fullmatch(word):
        is_kept = bool(follower)
    else:
        is_kept = follower[:1].isdigit() or follower == NUMBER_TOKEN
    if is_kept:
        return [Piece(token, piece.is_glued, piece.raw)]
    word = merged(None, word)
    return [Piece(word, piece.is_glued, piece.raw[:-1]), Piece(".", is_glued=True, raw=".")]


class FastWords:
    """Numbers the tokens of each chunk between two blanks once, and then remembers them."""

    def __init__(self, tokenizer: WordTokenizer) -> None:
        self._tokenizer = tokenizer
        self.forget()

    def forget(self) -> None:
        """Start again with an empty table."""
        self.table = WordTable()
        self._numbers_of: dict[str, tuple[int, ...]] = {}

    def is_full(self) -> bool:
        """Whether so much is kept that it is time to `forget`."""
        return max(len(self._numbers_of), len(self.table)) > MOST_KEPT

    def append_numbers(self, sentence: str, numbers: list[int]) -> None:
        """Append the number in `table` of each written token of `sentence` to `numbers`."""
        chunks = self._tokenizer.chunks(sentence)
        numbers_of = self._numbers_of
        try:
            found = [numbers_of[chunk] for chunk in chunks]
        except KeyError:
            found = [numbers_of.get(chunk) or self._numbers(chunk) for chunk in chunks]
        if () in found:  # of a chunk that hangs on the others
            numbers += [self.table[piece.token] for piece in self._tokenizer.pieces(sentence)]
            return
        for chunk_numbers in found:
            numbers += chunk_numbers

    def _numbers(self, chunk: str) -> tuple[int, ...]:
        pieces = self._tokenizer.chunk(chunk)
        numbers: tuple[int, ...] = ()
        if not any(map(is_unsettled, pieces)):
            numbers = tuple([self.table[piece.token] for piece in pieces])
        if len(chunk) <= _LONGEST_KEPT:
            self._numbers_of[chunk] = numbers
        return numbers


def is_unsettled(piece: Piece) -> bool:
    """Whether only the rest of the sentence tells what a piece is."""
    return piece.token.startswith(_OPEN)
