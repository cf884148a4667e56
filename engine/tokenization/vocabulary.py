"""The words a network knows, numbered as in the tutorial.

    id    0               1             2 ... C-2                 C-1
    word  SENTENCE_START  SENTENCE_END  words, most common first  UNKNOWN_TOKEN

Counting is not done here: `engine.corpus.build` hands over words and counts in order.
"""

from collections.abc import Iterable, Sequence
from typing import Self

from engine.config import SPECIAL_TOKENS
from engine.errors import CorpusError

SENTENCE_START = "SENTENCE_START"
SENTENCE_END = "SENTENCE_END"
UNKNOWN_TOKEN = "UNKNOWN_TOKEN"  # noqa: S105 - a word, not a secret

FIRST_WORD_ID = 2  # SENTENCE_START and SENTENCE_END come before the words


class Vocabulary:
    """An immutable numbering of C words, including the three special tokens.

    Attributes
    ----------
    words : tuple of str
        The word of each id, C of them.
    counts : tuple of int
        How often each word occurs in the corpus; 0 for the special tokens.
    start_id, end_id, unknown_id : int
        Ids of SENTENCE_START (0), SENTENCE_END (1) and UNKNOWN_TOKEN (C - 1).
    """

    __slots__ = ("_id_of", "counts", "end_id", "start_id", "unknown_id", "words")

    def __init__(self, words: Sequence[str], counts: Sequence[int]) -> None:
        self.words = (SENTENCE_START, SENTENCE_END, *words, UNKNOWN_TOKEN)
        self.counts = (0, 0, *(int(count) for count in counts), 0)
        self.start_id = 0
        self.end_id = 1
        self.unknown_id = len(self.words) - 1
        self._id_of = {word: index for index, word in enumerate(self.words)}

    @classmethod
    def from_words(cls, words: Sequence[str], counts: Sequence[int]) -> Self:
        """Return the vocabulary of `words`, given without the special tokens.

        Parameters
        ----------
        words : sequence of str
            Different words by falling frequency; ties in the order first seen.
        counts : sequence of int
            The frequency of each, of the same length.

        Raises
        ------
        CorpusError
            If there is no word, a word is there twice or is a special token, or the
            two lengths differ: such a list (of a damaged model file) cannot be numbered.
        """
        if not words:
            raise CorpusError("A vocabulary needs at least one word, and none was found.")
        if len(words) != len(counts):
            raise CorpusError(
                f"The vocabulary has {len(words)} words but {len(counts)} counts; "
                "the file it came from is damaged."
            )
        vocabulary = cls(words, counts)
        if len(vocabulary._id_of) != len(words) + SPECIAL_TOKENS:
            raise CorpusError(
                "The vocabulary names a word twice; the file it came from is damaged."
            )
        return vocabulary

    def __len__(self) -> int:
        return len(self.words)

    def __contains__(self, word: object) -> bool:
        return word in self._id_of

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Vocabulary):
            return NotImplemented
        return self.words == other.words and self.counts == other.counts

    def __hash__(self) -> int:
        return hash(self.words)

    def __repr__(self) -> str:
        return f"Vocabulary of {len(self)} words"

    def encode(self, tokens: Iterable[str]) -> list[int]:
        """Return the id of each token, `unknown_id` for a word that is not known."""
        unknown_id = self.unknown_id
        find = self._id_of.get
        return [find(token, unknown_id) for token in tokens]

    def decode(self, ids: Iterable[int]) -> list[str]:
        """Return the word of each id.

        Raises
        ------
        IndexError
            If an id is not below C.
        """
        words = self.words
        return [words[index] for index in ids]
