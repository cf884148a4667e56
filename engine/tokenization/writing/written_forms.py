"""How each word is most often written: Jörg, NASA, I."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from engine.tokenization.words import small

_MOST_FORMS = 400_000
_START_WEIGHT = 0.1  # of a capital at the beginning of a sentence

Int32s = NDArray[np.int32]


class FormCounts:
    """Counts how each word is written, in bounded memory.

    A capital at the beginning of a sentence says little; one in its midst, or a word in
    capitals, says what the word is: Jörg, NASA, I.
    """

    def __init__(self, language: str = "") -> None:
        self._language = language
        self._weights: dict[str, float] = {}

    def add(self, forms: Sequence[str], numbers: Int32s, sentence_lengths: Int32s) -> None:
        """Count a batch of sentences.

        Parameters
        ----------
        forms : sequence of str
            The different written tokens of the batch.
        numbers : int array of shape (W,)
            The tokens of all sentences, as indices into `forms`.
        sentence_lengths : int array of shape (S,)
            Tokens in each sentence; their sum is W.
        """
        counts = np.bincount(numbers, minlength=len(forms))  # (forms,)
        is_word = np.array([form[:1].isalpha() for form in forms], dtype=bool)  # (forms,)
        ends = np.cumsum(sentence_lengths)  # (S,)
        first = (ends - sentence_lengths)[sentence_lengths > 0]  # (sentences with words,)
        ends = ends[sentence_lengths > 0]
        for _ in range(3):  # marks may stand before the first word
            is_mark = ~is_word[numbers[first]] & (first + 1 < ends)
            first = first + is_mark
        at_start = np.bincount(numbers[first], minlength=len(forms))  # (forms,)
        weights = self._weights
        for form, count, starts in zip(forms, counts.tolist(), at_start.tolist(), strict=True):
            if starts and _is_capitalised(form):
                lower = small(form, self._language)
                weights[lower] = weights.get(lower, 0.0) + 1.1 * _START_WEIGHT * starts
                count += (_START_WEIGHT - 1.0) * starts
            weights[form] = weights.get(form, 0.0) + count
        if len(weights) > _MOST_FORMS:
            middle = sorted(weights.values())[len(weights) // 2]
            self._weights = {form: w for form, w in weights.items() if w > middle}

    def most_frequent(self, is_word: Callable[[str], bool]) -> dict[str, str]:
        """Return the most frequent form of each word, where it is not the word itself."""
        best: dict[str, tuple[float, str]] = {}
        for form, weight in self._weights.items():
            word = small(form, self._language)
            if weight > best.get(word, (0.0, ""))[0] and is_word(word):
                best[word] = (weight, form)
        return {word: form for word, (_, form) in best.items() if form != word}


def _is_capitalised(form: str) -> bool:
    return form[:1].isupper() and form[1:] == form[1:].lower()
