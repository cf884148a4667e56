"""From words back to text, as the text that they come from writes, so that it reads back.

What is shown is read again by the tokeniser that made the words. `Writer.join` checks
that this gives the same words, and changes marks or puts in a blank where it does not.
How the text itself writes, `way` has counted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import accumulate

from engine.tokenization.languages import QuotationMarks, language
from engine.tokenization.sentence_ends import GOES_ON
from engine.tokenization.tokenizers import is_run
from engine.tokenization.vocabulary import SENTENCE_END, SENTENCE_START
from engine.tokenization.words import APOSTROPHE, BLANK, CLOSING, ELLIPSIS, OPENING, Tokenizer
from engine.tokenization.writing.kinds import kinds
from engine.tokenization.writing.spacing import decided, gap, is_glued, levels
from engine.tokenization.writing.way import Writing

# Marks that say by themselves which one opens, and that are no apostrophes.
_PLAIN = QuotationMarks(inner_opening="“", inner_closing="”")
# NLTK splits these, and only these, words without leaving a mark.
_HALVES = frozenset(
    {("can", "not"), ("gim", "me"), ("gon", "na"), ("got", "ta"), ("lem", "me")}
    | {("wan", "na"), ("more", "'n"), ("d", "'ye"), ("'t", "is"), ("'t", "was")}
)
_MOST_REPAIRS = 8


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
        own = self._joined(kept, self._writing.of(kept), {})
        if self._reads_back(own, kept):
            return own, True
        if self._tokenizer.config.name != "whitespace":
            for marks in (self._writing.marks, _PLAIN):
                if text := self._repaired(kept, replace(self._writing, marks=marks)):
                    return text, True
        return own, False

    @staticmethod
    def _kept(tokens: Sequence[str]) -> list[str]:
        return [token for token in tokens if token not in (SENTENCE_START, SENTENCE_END)]

    def _reads_back(self, text: str, tokens: Sequence[str]) -> bool:
        word_of = self._tokenizer.word_of
        wanted = [word_of(token) for token in tokens]
        return self.read_back(text) == ([wanted] if wanted else [])

    def _repaired(self, tokens: Sequence[str], writing: Writing) -> str:
        """Return the text with blanks where it would be read otherwise; "" if that is no help."""
        word_of = self._tokenizer.word_of
        wanted = [word_of(token) for token in tokens]
        is_token = self._tokenizer.config.name == "characters"  # a blank
        blanks: dict[int, str] = {}
        for _ in range(_MOST_REPAIRS):
            text = self._joined(tokens, writing, blanks)
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

    def _joined(self, tokens: Sequence[str], writing: Writing, blanks: Mapping[int, str]) -> str:
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
            shown = self._shown(token, kind, writing)
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
            if (tokens[index - 1], tokens[index]) in _HALVES:
                return True
            if before == ":" and tokens[index][:2] == "//":
                return True
        own = decided(self._writing.spacings, levels(gap(tokens, found, index)))
        return is_glued(before, after, self._known) if own is None else own

    def _shown(self, token: str, kind: str, writing: Writing) -> str:
        if self._tokenizer.config.name == "tutorial":
            shown = '"' if token in ("``", "''") else writing.forms.get(token, token)
            return "I" if shown == "i" else shown
        marks = writing.marks
        if token == OPENING:
            return marks.inner_opening if kind[-1] == "2" else marks.opening
        if token == CLOSING:
            return marks.inner_closing if kind[-1] == "2" else marks.closing
        if token == ELLIPSIS:
            return writing.ellipsis
        if " " in writing.ellipsis and len(token) > 3 and set(token) == {"."}:
            return " ".join(token)
        shown = writing.forms.get(token, token)
        if APOSTROPHE in shown and writing.apostrophe != APOSTROPHE:
            return shown.replace(APOSTROPHE, writing.apostrophe)
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


def _held(blank: str) -> str:
    """Return the blank that keeps two sentences one; NLTK opens a quotation after others alone."""
    return GOES_ON if blank in ("", " ") else GOES_ON + " "
