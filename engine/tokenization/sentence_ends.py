"""Where sentences end, by rules that hold for any language and for one typed line.

Punkt (`sentences`) learns from a text, and a small one teaches it little: here
abbreviations known beforehand stand beside those learned, and the marks of all scripts
are looked at. The same rules split a whole text and a sentence typed by the user, so
that both give the same words.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING

import regex

from engine.files.records import JsonRecord
from engine.tokenization.languages import Language, language

if TYPE_CHECKING:
    from engine.tokenization.nltk_parts import PunktParameters

# After a mark: the sentence goes on. Printers set this narrow blank after the stop of "z. B."; NLTK
# takes it for a blank, and hardly any text has it between two sentences.
GOES_ON = "\u202f"
_BLANK_LINES = regex.compile(r"\n[^\S\n]*\n\s*")
# Of scripts that need no blank after them.
_WIDE = "।॥؟۔。！？｡．።፧။។៕։༎"
_NARROW = ".!?…‼⁇⁈⁉"
_CLOSER = r"""["'”’»«“‘」』】〉》）)\]}*_]|[^\S\n]+(?:[»”)\]}]|'')(?=[\s.,;:!?)]|$)"""
_OPENING = "“„«»‘‚\"'"  # those that may also stand before a sentence
_NEXT = regex.compile(
    r"""\s*(?P<openers>["'`“‘„‚«»”‹›(\[{¿¡*_#>\s「『（]*+)(?P<dash>(?:[-—–―]+\s*["“„«¿¡(]*)?)(?P<word>[\p{L}\p{M}\p{N}'’.]*+)"""
)
_WORD_BEFORE = regex.compile(r"[^\s(\[{\"“„«‘‚»/—–]*$")
_DOTTED = regex.compile(r"(?:\p{L}\.[-‑]?)+\p{L}")
_INITIAL = regex.compile(r"(?:\p{Lu}\.[-‑]?)*\p{Lu}")
_LIST_NUMBER = regex.compile(r"\W*(?:\d{1,3}|\p{L}|[ivxIVX]{1,4})")
ORDINAL = regex.compile(r"\d{1,2}|[IVX]{1,5}")
_SPACED_QUOTE = regex.compile(r"[^\S\n]+\"(?=\s|$)")
_WORD = regex.compile(r"\w")
_SAID = regex.compile(r"[とっなのはがをにもへ]")  # Japanese: 「…。」と言った
_GOES_ON = ",;:，、；："
_CLOSING = "”’»«“‘\"'」』"
_OPENED = regex.compile('[“„«»"「『]')
_EVIDENCE = regex.compile(r"(?<![\w.])([\p{L}.]{1,7}?)\.[^\S\n]+([\p{Ll},;:\d])")
_STOP_AND_LETTER = regex.compile(r"(?<=\p{L}{4}|\p{L}{4}\s)[.!?]\s+(?:(\p{Ll})|\p{Lu})")
_SMALL_SHARE = 0.2  # of sentences that begin in lower case, for a text written so
_WHOLE = 5  # letters of a word that is no abbreviation unless it is known for one
_LEAST_SMALL = 20  # of them
_LEAST_EVIDENCE = 2  # times that an abbreviation was seen in the midst of a sentence
_NEVER_STARTS = frozenset({"i", "i'm", "i've", "i'd", "i'll"})  # capitals that prove nothing


def paragraphs(text: str) -> list[str]:
    """Return what stands between blank lines, which end a sentence."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _BLANK_LINES.split(text) if "\n" in text else [text]


@dataclass(frozen=True, kw_only=True)
class SentenceRules(JsonRecord):
    """The rules for one text; a plain record, kept with a model.

    Attributes
    ----------
    language : str
        Such as "de"; "" where it is not known.
    learned : frozenset of str
        Abbreviations of this text alone, in lower case and without their last stop.
    starts_small : bool
        Whether sentences of this text begin in lower case, so that a small letter after
        a full stop proves nothing.
    """

    language: str = ""
    learned: frozenset[str] = frozenset()
    starts_small: bool = False

    @classmethod
    def learn(
        cls, code: str, texts: Iterable[str], punkt: "PunktParameters | None" = None
    ) -> "SentenceRules":
        """Return the rules for a text in the language `code`.

        Parameters
        ----------
        code : str
        texts : iterable of str
            A part of the text is enough.
        punkt : PunktParameters, optional
            What Punkt learned from the same part. Its abbreviations are taken where they
            also stood in the midst of a sentence: in a small text it takes any rare last
            word for one.
        """
        seen: dict[str, int] = {}
        small = large = 0
        for text in texts:
            for match in _STOP_AND_LETTER.finditer(text):
                if match[1]:
                    small += 1
                else:
                    large += 1
            for match in _EVIDENCE.finditer(text):
                word = match[1].lower()
                seen[word] = seen.get(word, 0) + 1
        starts_small = small >= _LEAST_SMALL and small > _SMALL_SHARE * (small + large)
        learned: frozenset[str] = frozenset()
        if punkt is not None and not starts_small:
            known = punkt.abbrev_types
            learned = frozenset(
                word for word, count in seen.items() if count >= _LEAST_EVIDENCE and word in known
            )
        return cls(language=code, learned=learned, starts_small=starts_small)

    @property
    def description(self) -> str:
        """How sentence ends are found, a phrase for the user."""
        if not self.learned:
            return "split by rules and known abbreviations"
        return f"split by rules and known abbreviations, {len(self.learned)} of them learned here"

    @cached_property
    def known(self) -> Language:
        """What is known of the language."""
        return language(self.language)

    @cached_property
    def _candidate(self) -> "regex.Pattern[str]":
        return _candidate(self.known.question)

    @cached_property
    def _inner(self) -> frozenset[str]:
        return self.known.abbreviations | self.learned

    @cached_property
    def kept_stops(self) -> frozenset[str]:
        """The abbreviations whose stop is a part of them wherever they stand."""
        return self._inner | self.known.titles | self.known.enders

    def is_abbreviation(self, word: str) -> bool:
        """Whether `word`, given without its last stop, always keeps that stop."""
        small = word.lower()
        if small in self.kept_stops or (self.known.endings and small.endswith(self.known.endings)):
            return True
        return "." in word and _DOTTED.fullmatch(small) is not None

    def split(self, text: str) -> list[str]:
        """Return the sentences of `text`, none of them empty, blanks around them cut off."""
        sentences: list[str] = []
        for paragraph in paragraphs(text):
            start = 0
            for end in self._ends(paragraph):
                if sentence := paragraph[start:end].strip():
                    sentences.append(sentence)
                start = end
            if sentence := paragraph[start:].strip():
                sentences.append(sentence)
        return sentences

    def _ends(self, text: str) -> Iterable[int]:
        """Yield where a sentence ends and another follows."""
        start = 0
        for match in self._candidate.finditer(text):
            end = self._end_at(text, match, start)
            if end and GOES_ON not in (text[match.end()], text[end]):
                yield end
                start = end

    def _end_at(self, text: str, match: "regex.Match[str]", start: int) -> int:
        """Return the end of the sentence at these marks, 0 if it goes on."""
        end, closers = match.end(), match["closers"]
        if end == len(text) or not _WORD.search(text, start, match.start()):
            return 0
        marks = match[0][: len(match[0]) - len(closers)]
        is_wide = marks[-1] in _WIDE
        if not text[end].isspace():
            opening = "“" if is_wide else _OPENING
            if closers and closers[-1] in opening and text[end].isalnum():
                end = match.start("closers")  # he came.“Hello
                closers = ""
            elif text[end] in "„“«‚¿¡":
                pass
            elif not is_wide or text[end] in _GOES_ON:
                return 0
        spaced = _SPACED_QUOTE.match(text, end)
        if spaced is not None and text.count('"', start, end) % 2:
            end, closers = spaced.end(), '"'
        follower = _NEXT.match(text, end)
        if follower is None:
            return 0
        word = follower["word"]
        if not word:
            # "lazy ! !" is one sentence: marks alone belong to what they end.
            return end if is_wide or _WORD.search(text, follower.end()) else 0
        if closers and _is_uncased(word[0]) and not follower["openers"].strip():
            # What is said stands first, and who says it follows: «قف!» صاح الحارس
            before = text[start : match.start()].lstrip()
            if closers[-1] in _CLOSING and _OPENED.search(before, 1) is None:
                return 0
        if is_wide:
            return 0 if closers and _SAID.match(word) else end
        is_small = word[0].islower() and not self.starts_small
        if is_small and not closers and match.start() > start:
            is_tokenised = text[match.start() - 1].isspace()  # lazy ! ! okay
            is_small = not is_tokenised and not (
                marks == "." and self._is_whole_word(text, match.start(), start)
            )
        if is_small or (follower["dash"] and word[0].islower()):
            return 0
        if "!" in marks or "?" in marks or self.known.question in marks or marks[-1] in "‼⁇⁈⁉":
            is_said = bool(closers) and closers[-1] in _CLOSING and word[0].islower()
            return 0 if is_said else end
        if marks != ".":
            return end if self._starts_after_dots(word, follower["openers"]) else 0
        return end if self._ends_at_stop(text, match.start(), start, word) else 0

    def _is_whole_word(self, text: str, stop: int, start: int) -> bool:
        """Whether a stop before a small letter ends a word too long for an abbreviation."""
        before = _last_word(text[max(start, stop - 40) : stop])
        return (
            len(before) >= _WHOLE
            and before.isalpha()
            and before.islower()
            and not self.is_abbreviation(before)
        )

    @staticmethod
    def _starts_after_dots(word: str, openers: str) -> bool:
        if word.lower().replace("’", "'") in _NEVER_STARTS:
            return False
        return word[0].isupper() or "¿" in openers or "¡" in openers

    def _ends_at_stop(self, text: str, stop: int, start: int, follower: str) -> bool:
        """Whether one full stop at `stop` ends the sentence, before the word `follower`."""
        if stop > start and text[stop - 1].isspace():  # already tokenised: "he came . she"
            before = _last_word(text[start:stop].rstrip())
            return before.lower() not in self.known.titles
        before = _last_word(text[max(start, stop - 40) : stop])
        small = before.lower()
        starts = follower.lower().rstrip(".'’") in self.known.starters and not (
            follower[0].islower()
        )
        if stop - start <= 6 and _LIST_NUMBER.fullmatch(text[start:stop].strip()):
            return False
        if small in self.known.titles:
            return False
        if small in self.known.enders:
            return not follower[0].islower() and not follower[0].isdigit()
        if small in self.known.before_numbers and follower[0].isdigit():
            return False
        if small in self._inner or self.is_abbreviation(small):
            return starts
        if _INITIAL.fullmatch(before) and before != "I":
            return starts
        if self.known.has_ordinals and ORDINAL.fullmatch(before):
            return starts
        return True


@cache
def _candidate(question: str) -> "regex.Pattern[str]":
    """Return the expression of marks that may end a sentence, and of what closes after them."""
    narrow = _NARROW + question
    return regex.compile(
        rf"[{narrow}{_WIDE}]++(?:[^\S\n]*[{narrow}{_WIDE}])*+"
        rf"(?P<closers>(?:(?:{_CLOSER})(?:{_CLOSER}|[^\S\n]*[{narrow}]++(?!\w)|[{_WIDE}]++)*+)?)"
    )


def _is_uncased(letter: str) -> bool:
    return letter.isalpha() and letter.lower() == letter.upper()


def _last_word(text: str) -> str:
    """Return the word that `text` ends with, without what opens a quotation or a bracket."""
    match = _WORD_BEFORE.search(text)
    return match[0] if match else ""
