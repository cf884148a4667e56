"""Draw sentences from a model, many at a time in lock-step.

Sentence number k depends on the seed and on k alone: it comes out the same whether
ten sentences are asked for or a thousand. For that, sentences are drawn in blocks
whose sizes are fixed (1, 31, 128, 128, …), each sentence with its own random
numbers. This module does not judge sentences; `scorer` does.

B sentences in a block, H hidden units.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, auto

import numpy as np
import torch

from engine.config import SampleConfig
from engine.control import Notice, RunControl
from engine.corpus.tokenizing import detokenize
from engine.events import Event, SentenceGenerated
from engine.language_model import LanguageModel
from engine.word_choice import WordChooser

MAX_TRIES = 500  # draws of one sentence before it is left out
_HOPELESS = 3  # so many sentences left out, and no other drawn, end the stream
_FIRST_BLOCKS = {0: 1, 1: 31}  # size by the sentences before: the first comes at once
_BLOCK = 128
_DRAWS_AT_ONCE = 64
_CLOSE_RANKS_AT = 8  # once one sentence in so many is done, the others go on without it
_MASK_64 = (1 << 64) - 1


class _Fate(Enum):
    GROWING = auto()
    COMPLETE = auto()  # SENTENCE_END was drawn
    CUT = auto()  # the longest length was reached before
    GIVEN_UP = auto()  # MAX_TRIES draws were too short


@dataclass(slots=True)
class _Draft:
    """One sentence while it grows."""

    number: int  # 1, 2, …
    draws: Iterator[float]  # uniform in [0, 1), this sentence's own
    words: list[int] = field(default_factory=list)
    log_probability: float = 0.0
    tries: int = 1
    fate: _Fate = _Fate.GROWING

    def take(self, word: int, log_probability: float, end_id: int, config: SampleConfig) -> bool:
        """Append the drawn word; return True if the sentence must begin anew."""
        if word != end_id:
            if len(self.words) == config.max_length:
                self.fate = _Fate.CUT
                return False
            self.words.append(word)
            self.log_probability += log_probability
            return False
        if len(self.words) >= config.min_length:
            self.log_probability += log_probability
            self.fate = _Fate.COMPLETE
            return False
        if self.tries == MAX_TRIES:
            self.fate = _Fate.GIVEN_UP
            return False
        self.words.clear()
        self.log_probability = 0.0
        self.tries += 1
        return True


def generate(model: LanguageModel, config: SampleConfig, control: RunControl) -> Iterator[Event]:
    """Draw `config.count` sentences.

    Parameters
    ----------
    model : LanguageModel
        A trained model, or one that has learned nothing yet.
    config : SampleConfig
        Number, lengths, temperature and seed. Without a seed a fresh one is taken,
        which every sentence names.
    control : RunControl
        A stop ends the stream within one step of one word.

    Yields
    ------
    SentenceGenerated
        In the order of their numbers, each as soon as it is drawn.
    Notice
        If sentences were left out because `MAX_TRIES` draws in a row were shorter
        than `config.min_length`.

    Notes
    -----
    Each word comes from softmax(V s_t / temperature), with UNKNOWN_TOKEN and
    SENTENCE_START left out and the rest scaled up to a sum of 1. A sentence that ends
    before `min_length` words is thrown away and drawn anew, as in the tutorial, so
    that all longer ones keep their relative probabilities. `log_probability` is that
    of the whole model at temperature 1, UNKNOWN_TOKEN included, as in `scorer`.
    """
    seed = secrets.randbits(32) if config.seed is None else config.seed
    chooser = WordChooser(model.rnn, model.vocabulary, config.temperature)
    asked, left_out = 0, 0
    while asked < config.count:
        size = _FIRST_BLOCKS.get(asked, _BLOCK)
        block = [
            _Draft(number, _uniforms(seed, number)) for number in range(asked + 1, asked + 1 + size)
        ]
        wanted = block[: config.count - asked]
        lost = 0
        for draft in _grow(model, chooser, block, wanted, config, control):
            if draft.fate is _Fate.GIVEN_UP:
                lost += 1
            else:
                yield _to_event(draft, model, seed)
        if control.is_stopped:
            return
        asked, left_out = asked + len(wanted), left_out + lost
        if left_out == asked >= _HOPELESS:
            break  # the next blocks would cost as much for nothing
    if left_out:
        yield _explain_left_out(left_out, asked, config)


def _grow(
    model: LanguageModel,
    chooser: WordChooser,
    block: list[_Draft],
    wanted: list[_Draft],
    config: SampleConfig,
    control: RunControl,
) -> Iterator[_Draft]:
    """Let a block grow in lock-step; yield the wanted drafts in order, once they are done.

    The unwanted ones grow too: what is drawn then never depends on how many are wanted.
    """
    start_id, end_id = model.vocabulary.start_id, model.vocabulary.end_id
    rows = block
    state = model.rnn.initial_state(len(rows))  # (B, H)
    words = [start_id] * len(rows)
    done = 0  # of the wanted, in order
    while done < len(wanted):
        if not control.proceed():
            return
        state = model.rnn.advance(torch.tensor(words, device=state.device), state)
        words, log_probabilities = chooser.choose(state, [next(draft.draws) for draft in rows])
        for row, draft in enumerate(rows):
            if draft.fate is not _Fate.GROWING:
                continue
            if draft.take(words[row], log_probabilities[row], end_id, config):
                words[row] = start_id
                state[row] = 0.0
        while done < len(wanted) and wanted[done].fate is not _Fate.GROWING:
            yield wanted[done]
            done += 1
        kept = [row for row, draft in enumerate(rows) if draft.fate is _Fate.GROWING]
        if _CLOSE_RANKS_AT * len(kept) <= (_CLOSE_RANKS_AT - 1) * len(rows):
            state = state[kept]
            rows, words = [rows[row] for row in kept], [words[row] for row in kept]


def _uniforms(seed: int, number: int) -> Iterator[float]:
    """Return sentence `number`'s own stream of uniform numbers in [0, 1)."""
    # Philox is made for this: every key has a stream of its own, none overlap
    generator = np.random.Generator(np.random.Philox(key=[seed & _MASK_64, number]))
    while True:
        yield from generator.random(_DRAWS_AT_ONCE).tolist()


def _to_event(draft: _Draft, model: LanguageModel, seed: int) -> SentenceGenerated:
    words = tuple(model.vocabulary.words[word] for word in draft.words)
    return SentenceGenerated(
        number=draft.number,
        text=detokenize(words),
        words=words,
        log_probability=draft.log_probability,
        is_cut=draft.fate is _Fate.CUT,
        seed=seed,
    )


def _explain_left_out(left_out: int, asked: int, config: SampleConfig) -> Notice:
    stopped = f" The other {config.count - asked:,} were not tried." if asked < config.count else ""
    return Notice(
        text=f"{left_out:,} of {asked:,} sentences were left out, because {MAX_TRIES:,} draws in a "
        f"row ended before {config.min_length} words.{stopped} Lower the minimum length"
        f"{' or the temperature' if config.temperature > 1.0 else ''}, or train longer."
    )
