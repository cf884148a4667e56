"""The tokenisers by their names: the tutorial's, and those for texts that `words` does not suit."""

import regex

from engine.config import TokenizerConfig
from engine.tokenization.sentence_ends import GOES_ON, SentenceRules
from engine.tokenization.sentences import SentenceSplitter
from engine.tokenization.tokenizing import FastTokenizer, WordTable, aligned, tokenize
from engine.tokenization.words import (
    BLANK,
    EMOJI,
    MOST_KEPT,
    NUMBER,
    SPECIAL,
    OwnWords,
    Piece,
    Tokenizer,
    WordTokenizer,
    addresses,
    visible,
)

_NO_BLANKS = (
    r"\p{Han}\p{Hiragana}\p{Katakana}\p{Bopomofo}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}"
    r"\p{Javanese}\p{Balinese}\p{Yi}\p{Tai_Tham}ー々〆〇"
)
_RUN = rf"(?:(?![{_NO_BLANKS}])[\p{{L}}\p{{M}}\p{{N}}_])"
_RUNS = regex.compile(_RUN)
_NOT_ASCII = r"\x80-\U0010ffff"  # what follows a link or an address without a blank
_CHARACTER = regex.compile(
    rf"{addresses('a-zA-Z0-9_', _NOT_ASCII)}"
    rf"|(?P<emoji>{EMOJI})|(?P<number>{NUMBER}(?!{_RUN}))"
    rf"|(?P<word>{_RUN}+(?:[-'’.]{_RUN}+)*)|(?P<dots>\.{{2,}}|…+)|(?P<nothing>{GOES_ON})|(?P<blank>\s+)|(?P<mark>\X)"
)


def make_tokenizer(
    config: TokenizerConfig, rules: SentenceRules, *, installed: SentenceSplitter | None = None
) -> Tokenizer:
    """Return the tokeniser that `config` names.

    Parameters
    ----------
    config : TokenizerConfig
        Not "auto": `engine.tokenization.proposal.settled` says which one that is.
    rules : SentenceRules
        Where sentences end, and which abbreviations keep their stop.
    installed : SentenceSplitter, optional
        Of NLTK's `punkt_tab`, or what Punkt alone learned: the tutorial's tokeniser then
        uses it alone.
    """
    match config.name:
        case "auto":
            raise ValueError("which tokeniser suits the text was not asked")
        case "tutorial":
            return TutorialTokenizer(config, installed or rules)
        case "words":
            return WordTokenizer(config, rules)
        case "whitespace":
            return WhitespaceTokenizer(config)
        case "characters":
            return CharacterTokenizer(config, rules)


class CharacterTokenizer(OwnWords):
    """For scripts without blanks: each character a word, but for Latin words and numbers.

    A blank is a token, so that what is joined again is the text, character for character. The
    narrow blank alone is none: it parts two tokens that a text would read as one. What is written
    as ▁ is a blank where a text has none: at an end of the sentence, and after another.
    """

    def tokenize(self, sentence: str) -> list[str]:
        """Return the words of one sentence."""
        word_of = self.word_of
        return [word_of(piece.token) for piece in self.pieces(sentence)]

    def pieces(self, sentence: str) -> list[Piece]:
        """Return the written tokens of one sentence, and how they stood there."""
        pieces: list[Piece] = []
        blank = False
        for match in _CHARACTER.finditer(visible(sentence)):
            text = match[0]
            if match.lastgroup == "blank":
                blank = bool(pieces)
                continue
            if match.lastgroup == "nothing":
                continue
            token = self.merged(match.lastgroup, text)
            if blank:
                pieces.append(Piece(BLANK, is_glued=True, raw=" "))
                blank = False
            pieces.append(Piece(token, is_glued=bool(pieces), raw=text))
        return pieces

    def fast(self) -> "FastPieces":
        """Return what numbers the written tokens of many sentences quickly."""
        return FastPieces(self)


def is_run(character: str) -> bool:
    """Whether a character is part of a word between blanks, whatever the text around it."""
    return _RUNS.match(character) is not None


class WhitespaceTokenizer:
    """For text that is tokenised already: a word between two blanks, a sentence in a line."""

    def __init__(self, config: TokenizerConfig) -> None:
        self.config = config

    def __reduce__(self) -> tuple[type["WhitespaceTokenizer"], tuple[TokenizerConfig]]:
        return type(self), (self.config,)

    def split_sentences(self, text: str) -> list[str]:
        """Return the sentences of a text, none of them empty."""
        return [line.strip() for line in text.splitlines() if line.strip()]

    def pieces(self, sentence: str) -> list[Piece]:
        """Return the written tokens of one sentence, and how they stood there."""
        return [Piece(word, is_glued=False, raw=word) for word in sentence.split()]

    def word_of(self, token: str) -> str:
        """Return the word of the vocabulary that a written token is."""
        return token.lower() if token in SPECIAL else token

    def tokenize(self, sentence: str) -> list[str]:
        """Return the words of one sentence."""
        return [self.word_of(word) for word in sentence.split()]

    def fast(self) -> "FastPieces":
        """Return what numbers the written tokens of many sentences quickly."""
        return FastPieces(self)


class TutorialTokenizer:
    """The tutorial's: NLTK's tokens of the lower-cased sentence."""

    def __init__(self, config: TokenizerConfig, splitter: SentenceSplitter | SentenceRules) -> None:
        self.config = config
        self._splitter = splitter
        self._fast = FastTokenizer()  # of `pieces` alone, which one thread calls

    def __reduce__(
        self,
    ) -> tuple[type["TutorialTokenizer"], tuple[TokenizerConfig, SentenceSplitter | SentenceRules]]:
        return type(self), (self.config, self._splitter)

    def split_sentences(self, text: str) -> list[str]:
        """Return the sentences of a text, none of them empty."""
        return self._splitter.split(text)

    def pieces(self, sentence: str) -> list[Piece]:
        """Return the written tokens of one sentence, and how they stood there."""
        if self._fast.is_full():
            self._fast.forget()
        numbers: list[int] = []
        self._fast.append_numbers(sentence.lower(), numbers)
        words = self._fast.table.words
        tokens = [words[number] for number in numbers]
        return [Piece(*found) for found in aligned(sentence, tokens)]

    def word_of(self, token: str) -> str:
        """Return the word of the vocabulary that a written token is."""
        return token.lower()

    def tokenize(self, sentence: str) -> list[str]:
        """Return the words of one sentence."""
        return tokenize(sentence)

    def fast(self) -> FastTokenizer:
        """Return what numbers the written tokens of many sentences quickly."""
        return FastTokenizer(keeps_case=True)


class FastPieces:
    """Numbers the tokens of a tokeniser that keeps nothing between two sentences."""

    def __init__(self, tokenizer: CharacterTokenizer | WhitespaceTokenizer) -> None:
        self._tokenizer = tokenizer
        self.forget()

    def forget(self) -> None:
        """Start again with an empty table."""
        self.table = WordTable()

    def is_full(self) -> bool:
        """Whether so much is kept that it is time to `forget`."""
        return len(self.table) > MOST_KEPT

    def append_numbers(self, sentence: str, numbers: list[int]) -> None:
        """Append the number in `table` of each written token of `sentence` to `numbers`."""
        table = self.table
        numbers += [table[piece.token] for piece in self._tokenizer.pieces(sentence)]
