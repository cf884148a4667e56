"""From a sentence to the tutorial's words, NLTK's.

Two tokenisers with one result, which tests compare: `tokenize` is NLTK itself, for a typed
sentence; `FastTokenizer` is for a corpus. Where sentences end: `engine.tokenization.sentences`.

`NLTKWordTokenizer.tokenize` runs some thirty regular expressions over a sentence.
None of them looks further than the blanks around a chunk of characters, but for
the first chunk and the tail of the sentence. So the tokens of each chunk in
between are computed by NLTK once and kept.

    "  he said   ( hello )   it 's   over . ' "
       first     between ...         tail: from the last character that is not
                                     a closing mark or a blank

Why a chunk between two blanks has always the same tokens: of the expressions,
only `^"` looks for the start of the text; only `([:,])$` and the two that
separate the final full stop (`.` + closing marks + blanks + `$`) for its end; all
others match inside one chunk and at most one blank on each side of it. A sentence
with other white space than the blank is left to NLTK as it is.
"""

from collections.abc import Callable, Sequence

from engine.tokenization.nltk_parts import NLTKWordTokenizer

_TOKENIZER = NLTKWordTokenizer()
_CLOSING_MARKS = "])}>\"'»”’ "  # what NLTK lets follow a final full stop, and the blank
_CONTRACTIONS = frozenset(("cannot", "gimme", "gonna", "gotta", "lemme", "wanna"))
_CLITICS = frozenset(("'s", "'m", "'d", "'ll", "'re", "'ve"))
_LONGEST_KEPT_CHUNK = 48  # characters; longer ones hardly ever come again
_MOST_KEPT_CHUNKS = 400_000  # about 60 MB


def tokenize(sentence: str) -> list[str]:
    """Return the lower-cased words and marks of one sentence.

    Notes
    -----
    As the tutorial's `nltk.word_tokenize` of one sentence
    (`preserve_line=True`), after lower-casing.
    """
    tokens: list[str] = _TOKENIZER.tokenize(sentence.lower())
    return tokens


def aligned(sentence: str, tokens: Sequence[str] | None = None) -> list[tuple[str, bool, str]]:
    """Return the tokens of `tokenize` as they are written in `sentence`.

    Parameters
    ----------
    sentence : str
    tokens : sequence of str, optional
        What `tokenize` gives for it, where that is known already.

    Returns
    -------
    list of (token, is_glued, raw)
        `token.lower()` is NLTK's token. `is_glued` tells that no blank stands before it;
        `raw` are its own characters, the quotation mark where NLTK has `` or ''.
    """
    lower = sentence.lower()
    if tokens is None:
        tokens = _TOKENIZER.tokenize(lower)
    found: list[tuple[str, bool, str]] = []
    position = 0
    is_kept = sentence.isascii() or len(sentence) == len(lower)
    for token in tokens:
        start = position
        while not lower.startswith(token, start) and lower[start : start + 1].isspace():
            start += 1
        if lower.startswith(token, start):
            end = start + len(token)
        elif token in ("``", "''") and lower.startswith('"', start):
            end = start + 1
        else:
            return [(token, False, token) for token in tokens]
        # A few letters become two in lower case: then nothing stands where it stood.
        raw = sentence[start:end] if is_kept else lower[start:end]
        is_written = raw.lower() == token
        found.append((raw if is_written else token, start == position and start > 0, raw))
        position = end
    return found


def _written_tokens(sentence: str) -> list[str]:
    return [token for token, _, _ in aligned(sentence)]


class WordTable(dict[str, int]):
    """Numbers words in the order in which they are first asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    def __missing__(self, word: str) -> int:
        number = self[word] = len(self.words)
        self.words.append(word)
        return number


class _ChunkTokens(dict[str, tuple[int, ...]]):
    """The word numbers of each chunk that stands between `before` and `after`."""

    def __init__(
        self, table: WordTable, tokenize: Callable[[str], list[str]], *, before: str, after: str
    ) -> None:
        super().__init__()
        self._table = table
        self._tokenize = tokenize
        self._before = before
        self._after = after
        # What is cut off a word's end: a full stop only from the last one.
        self._marks = (*",;:?!",) if after else (*",;:?!.",)
        self._first = 1 if before else 0
        self._end = -1 if after else None

    def __missing__(self, chunk: str) -> tuple[int, ...]:
        tokens = self._plain(chunk) if chunk.isascii() else None
        if tokens is None:
            tokens = self._tokenize(self._before + chunk + self._after)[self._first : self._end]
        numbers = tuple([self._table[token] for token in tokens])
        if len(chunk) <= _LONGEST_KEPT_CHUNK:
            self[chunk] = numbers
        return numbers

    def _plain(self, chunk: str) -> list[str] | None:
        """Return the tokens of a chunk whose end alone an expression can match.

        A word of letters, digits and hyphens, then n't or 's or the like, then a mark.
        """
        ends: list[str] = []
        if chunk[-1:] in self._marks:
            ends.append(chunk[-1])
            chunk = chunk[:-1]
        head, apostrophe, tail = chunk.partition("'")
        if apostrophe and "'" + tail in _CLITICS:
            ends.insert(0, "'" + tail)
            chunk = head
        elif tail == "t" and head[-1:] == "n" and len(head) > 1:
            ends.insert(0, "n't")
            chunk = head[:-1]
        for part in chunk.split("-"):
            if not part.isalnum() or part.lower() in _CONTRACTIONS:
                return None
        return [chunk, *ends]


class FastTokenizer:
    """Tokenise sentence after sentence into numbers of a growing `WordTable`.

    Parameters
    ----------
    keeps_case : bool
        Whether the table has words as they are written: the sentences are then given in
        their own case, and the lower-cased words are those of the lower-cased sentence.
    """

    def __init__(self, *, keeps_case: bool = False) -> None:
        self._tokenize = _written_tokens if keeps_case else NLTKWordTokenizer().tokenize
        self.forget()

    def forget(self) -> None:
        """Start again with an empty table."""
        self.table = WordTable()
        tokenize = self._tokenize
        self._at_start = _ChunkTokens(self.table, tokenize, before="", after=" x")
        self._between = _ChunkTokens(self.table, tokenize, before="x ", after=" x")
        self._at_end = _ChunkTokens(self.table, tokenize, before="x ", after="")

    def is_full(self) -> bool:
        """Whether so much is kept that it is time to `forget`."""
        kept = len(self._at_start) + len(self._between) + len(self._at_end)
        return max(kept, len(self.table)) > _MOST_KEPT_CHUNKS

    def append_numbers(self, sentence: str, numbers: list[int]) -> None:
        """Append the word number of each token of `sentence` to `numbers`.

        The tokens are those of `NLTKWordTokenizer().tokenize(sentence)`, or their written
        forms.
        """
        tail_start = sentence.rfind(" ", 0, len(sentence.rstrip(_CLOSING_MARKS))) + 1
        chunks = sentence[:tail_start].split()
        others = sentence.count(" ", 0, tail_start)
        # Every character that split() took away was a blank, and the text does not
        # start with one: the chunks are what the expressions see between blanks.
        is_plain = (
            bool(chunks)
            and sum(map(len, chunks)) + others == tail_start
            and sentence[0] != " "
            and len(sentence[tail_start:].split()) == sentence.count(" ", tail_start) + 1
        )
        if not is_plain:
            table = self.table
            numbers += [table[token] for token in self._tokenize(sentence)]
            return
        numbers += self._at_start[chunks[0]]
        for chunk_numbers in map(self._between.__getitem__, chunks[1:]):
            numbers += chunk_numbers
        numbers += self._at_end[sentence[tail_start:]]
