"""The words that a sentence begins with, read once: the state after them, their probability.

What is drawn begins here, and so does what is asked about the next word. H hidden units.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

import torch

from engine.control import Notice
from engine.language_model.model import LanguageModel
from engine.language_model.ngram import LONGEST_CONTEXT

_CHUNK_WORDS = 256  # scores in memory at once, in rows


def words_of(model: LanguageModel, text: str | Sequence[str]) -> tuple[str, ...]:
    """Return a text's words, cut as the corpus was; what is in words already stays so.

    They are those of one sentence, or its beginning, whatever ends in it.
    """
    return tuple(model.reading.tokenizer.tokenize(text) if isinstance(text, str) else text)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Opening:
    """The beginning that all sentences of a batch share; without words, that of any sentence."""

    words: tuple[str, ...]  # as typed
    ids: tuple[int, ...]  # UNKNOWN_TOKEN's for those that are not known
    unknown_words: tuple[str, ...]  # each once
    state: torch.Tensor  # (1, H), before the last word is read
    last_id: int  # the word that is read next; SENTENCE_START where there are no words
    log_probability: float  # of the words, natural logarithm

    @classmethod
    @torch.inference_mode()
    def of(cls, model: LanguageModel, start: str | tuple[str, ...]) -> Self:
        """Read the words that sentences begin with."""
        words = words_of(model, start)
        vocabulary, rnn = model.vocabulary, model.rnn
        ids = vocabulary.encode(words)
        read = [vocabulary.start_id, *ids]
        state = rnn.initial_state(1)  # (1, H)
        states = []
        for word in read[:-1]:
            state = rnn.advance(torch.tensor([word], device=rnn.device), state)
            states.append(state)
        unknown = [
            word for word, number in zip(words, ids, strict=True) if number == vocabulary.unknown_id
        ]
        return cls(
            words=words,
            ids=tuple(ids),
            unknown_words=tuple(dict.fromkeys(unknown)),
            state=state,
            last_id=read[-1],
            log_probability=_log_probability(model, states, read),
        )

    def notices(self) -> Iterator[Notice]:
        """Say which words the model does not know, and what it takes them for."""
        if self.unknown_words:
            are = "is not a word" if len(self.unknown_words) == 1 else "are not words"
            yield Notice(
                text=f"{', '.join(f'“{word}”' for word in self.unknown_words)} {are} of the "
                "model's vocabulary: read as an unknown word, which stands for all rare ones.",
                severity="info",
                unknown_words=self.unknown_words,
            )


def _log_probability(model: LanguageModel, states: list[torch.Tensor], read: list[int]) -> float:
    """Return ln P of the words read, but the first, after their states, a chunk at a time."""
    total = 0.0
    for first in range(0, len(states), _CHUNK_WORDS):
        some = states[first : first + _CHUNK_WORDS]
        following = torch.tensor(read[first + 1 : first + 1 + len(some)], device=some[0].device)
        places = range(first, first + len(some))
        before = [read[max(0, t - LONGEST_CONTEXT) : t + 1] for t in places]
        scores = model.scores(torch.cat(some), before)  # (n, C)
        log_p = scores.gather(1, following[:, None])[:, 0] - scores.logsumexp(1)  # (n,)
        total += float(log_p.clamp_(max=0.0).sum())
    return total
