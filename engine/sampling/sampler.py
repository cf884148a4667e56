"""Draw sentences from a model, many at a time in lock-step.

Sentence number k depends on the seed and on k alone: it comes out the same whether
ten sentences are asked for or a thousand. For that, sentences are drawn in blocks
whose sizes are fixed (1, 31, 128, 128, …), each sentence with its own random
numbers. This module does not judge sentences (`scorer` does), and what filters make of the
model's probabilities is in `filters`; the most probable sentences are found by `beam`.

One uniform number decides one word, by inverting the cumulative distribution; the same
number and the same state give the same word.

B sentences in a block, C words, H hidden units. The words lie in K blocks, one for each CPU
thread, whose products are one batched product (`engine.network.score_blocks` says why), and
each block in n cells of `_CELL` words, so that only one cell of a row is summed word by word.
"""

import math
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from typing import TypeAlias

import numpy as np
import torch

from engine.config import SampleConfig
from engine.control import Notice, RunControl
from engine.errors import ConfigError
from engine.language_model.model import LanguageModel
from engine.language_model.opening import Opening
from engine.language_model.results import SentenceGenerated, SentenceGrowing
from engine.network.rnn import RNN
from engine.sampling.beam import most_probable
from engine.sampling.filters import FilteredChooser
from engine.tokenization.vocabulary import Vocabulary
from engine.wording import counted

_CELL = 64
_SMALLEST_TEMPERATURE = 1e-6  # below it the best word always wins, and float32 overflows
_LOG2_E = 1.0 / math.log(2.0)

MAX_TRIES = 500  # draws of one sentence before it is left out
_HOPELESS = 3  # so many sentences left out, and no other drawn, end the stream
_FIRST_BLOCKS = {0: 1, 1: 31}  # size by the sentences before: the first comes at once
_BLOCK = 128
_DRAWS_AT_ONCE = 64
_CLOSE_RANKS_AT = 8  # once one sentence in so many is done, the others go on without it


class WordChooser:
    """Draw words from softmax(V s / temperature) without the words that nobody says.

    UNKNOWN_TOKEN stands for many words and SENTENCE_START for none: neither is ever
    drawn, and the other probabilities are scaled up to a sum of 1. The tutorial could
    draw SENTENCE_START, though a trained network never does.

    Parameters
    ----------
    rnn : RNN
    vocabulary : Vocabulary
    temperature : float
        1 is the model itself; towards 0 the most probable word wins always.
    """

    def __init__(self, rnn: RNN, vocabulary: Vocabulary, temperature: float) -> None:
        self._temperature = max(temperature, _SMALLEST_TEMPERATURE)
        C, H = rnn.word_dim, rnn.hidden_dim
        threads = torch.get_num_threads() if rnn.device.type == "cpu" else 1
        self._blocks = min(threads, -(-C // _CELL))
        in_block = -(-C // (self._blocks * _CELL)) * _CELL
        # Scores in bits: exp2 is the faster exponential.
        self._V_in_bits = rnn.V.new_zeros(self._blocks * in_block, H)  # whole cells
        torch.mul(rnn.V, _LOG2_E, out=self._V_in_bits[:C])
        self._left_out = self._V_in_bits[[vocabulary.start_id, vocabulary.unknown_id]]  # (2, H)
        block, place = divmod(vocabulary.start_id, in_block)
        self._silent = [(block, slice(place, place + 1))]
        for block in range(self._blocks):  # UNKNOWN_TOKEN is the last word, rounding up follows
            place = max(0, vocabulary.unknown_id - block * in_block)
            if place < in_block:
                self._silent.append((block, slice(place, in_block)))
        self._scores = rnn.V.new_empty(0)  # reused: fresh pages would cost more than the work

    @torch.inference_mode()
    def choose(self, states: torch.Tensor, uniforms: list[float]) -> tuple[list[int], list[float]]:
        """Draw one word after each state.

        Parameters
        ----------
        states : tensor of shape (B, H)
        uniforms : list of B floats
            In [0, 1).

        Returns
        -------
        words : list of B ints
        log_probabilities : list of B floats
            Of the words in the whole model: temperature 1, nothing left out.
        """
        scores = self._all_scores(states)  # (K, B, n · _CELL) in bits
        left_out = states @ self._left_out.t()  # (B, 2)
        best = scores.amax(2).amax(0)  # (B,)
        weights = scores.sub_(best[:, None])
        norm = None
        if self._temperature != 1.0:
            norm = weights.exp2().sum((0, 2), dtype=torch.float64)  # (B,)
            weights.div_(self._temperature)
        # not torch.softmax: it starts threads even for a row or two, and waits for them
        weights.exp2_()
        words, total = invert(
            weights.view(*weights.shape[:2], -1, _CELL),
            torch.tensor(uniforms, dtype=torch.float64, device=states.device),
        )
        in_block = weights.shape[2]
        rows = torch.arange(len(words), device=words.device)
        weight = weights[words // in_block, rows, words % in_block]  # (B,)
        chosen = best.double() + self._temperature * weight.double().log2()  # (B,) in bits
        of_drawable = best.double() + (total if norm is None else norm).log2()  # (B,)
        bits = torch.cat([of_drawable[:, None], left_out.double()], 1)  # (B, 3)
        of_all = torch.logsumexp(bits / _LOG2_E, 1)
        log_probabilities = (chosen / _LOG2_E - of_all).clamp_(max=0.0)  # but for rounding, it is
        return words.tolist(), log_probabilities.tolist()

    def _all_scores(self, states: torch.Tensor) -> torch.Tensor:
        """Return V s in bits, minus infinity for what is never drawn, (K, B, n · _CELL)."""
        K, B = self._blocks, len(states)
        words, H = self._V_in_bits.shape
        if len(self._scores) < B * words:
            self._scores = states.new_empty(B * words)
        scores = self._scores[: B * words].view(K, B, -1)
        V = self._V_in_bits.view(K, -1, H)
        torch.bmm(states.expand(K, -1, -1), V.transpose(1, 2), out=scores)
        for block, places in self._silent:
            scores[block, :, places] = -math.inf
        return scores


def invert(weights: torch.Tensor, uniforms: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return for each row the first index whose cumulative share exceeds its uniform number.

    Parameters
    ----------
    weights : tensor of shape (K, B, n, cell)
        Not negative, each row of K · n · cell numbers with a positive sum.
    uniforms : float64 tensor of shape (B,)
        In [0, 1).

    Returns
    -------
    indices : int64 tensor of shape (B,)
        From 0 to K · n · cell - 1; never one whose weight is zero, whatever the rounding.
    totals : float64 tensor of shape (B,)
        The sum of each row.
    """
    K, B, n, size = weights.shape
    rows = torch.arange(B, device=weights.device)
    by_cell = weights.sum(3).transpose(0, 1).reshape(B, K * n)
    sums = by_cell.cumsum(1, dtype=torch.float64).contiguous()  # (B, K · n)
    totals = sums[:, -1]
    target = _below(uniforms * totals, totals)  # (B,)
    cell = torch.searchsorted(sums, target[:, None], right=True)[:, 0]  # (B,)
    before = torch.where(cell > 0, sums[rows, (cell - 1).clamp_(min=0)], 0.0)
    inside = weights[cell // n, rows, cell % n].cumsum(1, dtype=torch.float64)  # (B, cell)
    rest = _below(target - before, inside[:, -1])
    return cell * size + torch.searchsorted(inside, rest[:, None], right=True)[:, 0], totals


def _below(values: torch.Tensor, limits: torch.Tensor) -> torch.Tensor:
    """Clamp to [0, limit): rounding must not step over the last word."""
    return torch.minimum(values, limits.nextafter(torch.zeros_like(limits))).clamp_(min=0.0)


class _Fate(Enum):
    GROWING = auto()
    COMPLETE = auto()  # SENTENCE_END was drawn
    CUT = auto()  # the longest length was reached before
    GIVEN_UP = auto()  # MAX_TRIES draws were too short


@dataclass(slots=True)
class _Draft:
    """One sentence while it grows; the words that it was begun with are not among `words`."""

    number: int  # 1, 2, …
    draws: Iterator[float]  # uniform in [0, 1), this sentence's own
    shortest: int  # words to draw
    longest: int
    words: list[int] = field(default_factory=list)
    log_probability: float = 0.0
    tries: int = 1
    fate: _Fate = _Fate.GROWING

    def take(self, word: int, log_probability: float, end_id: int) -> None:
        """Append the drawn word; without any words afterwards, the sentence begins anew."""
        if word != end_id:
            if len(self.words) == self.longest:
                self.fate = _Fate.CUT
                return
            self.words.append(word)
            self.log_probability += log_probability
        elif len(self.words) >= self.shortest:
            self.log_probability += log_probability
            self.fate = _Fate.COMPLETE
        elif self.tries == MAX_TRIES:
            self.fate = _Fate.GIVEN_UP
        else:
            self.words.clear()
            self.log_probability = 0.0
            self.tries += 1


_Choose: TypeAlias = Callable[[torch.Tensor, list[_Draft]], tuple[list[int], list[float]]]
Drawn: TypeAlias = SentenceGenerated | SentenceGrowing | Notice


def generate(
    model: LanguageModel, config: SampleConfig, control: RunControl, *, each_word: bool = False
) -> Iterator[Drawn]:
    """Draw `config.count` sentences, one at each rung of a ladder, or find the most probable.

    Parameters
    ----------
    model : LanguageModel
        A trained model, or one that has learned nothing yet.
    config : SampleConfig
        What to begin with, how to choose words, number, lengths and seed. Without a seed a
        fresh one is taken, which every sentence names.
    control : RunControl
        A stop ends the stream within one step of one word.
    each_word : bool
        Yield the sentence that comes next after each of its words, too.

    Yields
    ------
    SentenceGenerated
        In the order of their numbers, each as soon as it is drawn.
    SentenceGrowing
        With `each_word`; a sentence that was too short shrinks again.
    Notice
        If sentences were left out because `MAX_TRIES` draws in a row were shorter
        than `config.min_length`, or words of the start are unknown.

    Raises
    ------
    ConfigError
        If the start has more words than `config.max_length`.

    Notes
    -----
    Each word comes from softmax(V s_t / temperature), with UNKNOWN_TOKEN and
    SENTENCE_START left out and the rest scaled up to a sum of 1; `filters` has what other
    settings change. A sentence that ends before `min_length` words is thrown away and drawn anew,
    as in the tutorial, so that all longer ones keep their relative probabilities; where the most
    probable word is always taken, which would come out the same again, SENTENCE_END is left out
    until then. `log_probability` is that of the whole model at temperature 1, UNKNOWN_TOKEN
    included, as in `scorer`.
    """
    seed = secrets.randbits(32) if config.seed is None else config.seed
    config = replace(config, seed=seed)
    opening = Opening.of(model, config.start)
    if len(opening.words) > config.max_length:
        raise ConfigError(
            f"The sentences begin with {counted(len(opening.words), 'word')}, and the longest may "
            f"only have {config.max_length}. Raise the maximum length."
        )
    yield from opening.notices()
    if config.beams:
        yield from most_probable(model, config, opening, control)
    elif config.ladder:
        for number, temperature in enumerate(config.ladder, start=1):
            rung = replace(config, ladder=(), count=1, temperature=temperature)
            for event in _draw(model, rung, opening, control, each_word=each_word):
                match event:
                    case SentenceGenerated():
                        told = replace(rung, ladder=(temperature,))  # a ladder of this rung alone
                        yield replace(event, number=number, settings=told)
                    case SentenceGrowing():
                        yield replace(event, number=number)
                    case _:
                        yield event
    else:
        yield from _draw(model, config, opening, control, each_word=each_word)


def _draw(
    model: LanguageModel,
    config: SampleConfig,
    opening: Opening,
    control: RunControl,
    *,
    each_word: bool,
) -> Iterator[Drawn]:
    seed, count = config.seed or 0, config.count
    if config.is_certain and count > 1:
        count = 1
        yield Notice(
            text="The most probable word is always taken, so that all sentences are the same: "
            "one is written.",
            severity="info",
        )
    choose = _way_to_choose(model, config, opening, control)
    shortest = max(0, config.min_length - len(opening.ids))
    longest = config.max_length - len(opening.ids)
    asked, left_out = 0, 0
    while asked < count:
        size = _FIRST_BLOCKS.get(asked, _BLOCK)
        block = [
            _Draft(number, _uniforms(seed, number), shortest, longest)
            for number in range(asked + 1, asked + 1 + size)
        ]
        wanted = block[: count - asked]
        lost = 0
        for draft in _grow(model, opening, choose, block, wanted, control, each_word=each_word):
            if control.is_stopped:  # to write out what is drawn takes long, too
                return
            if draft.fate is _Fate.GIVEN_UP:
                lost += 1
            else:
                yield _to_event(draft, model, config, opening)
        if control.is_stopped:
            return
        asked, left_out = asked + len(wanted), left_out + lost
        if left_out == asked >= _HOPELESS:
            break  # the next blocks would cost as much for nothing
    if left_out:
        yield _explain_left_out(left_out, asked, count, config)


def _way_to_choose(
    model: LanguageModel, config: SampleConfig, opening: Opening, control: RunControl
) -> _Choose:
    """Return what draws the next words: the fast way, unless settings or mixture need the other."""
    if model.mixture is None and not config.filters_words and config.temperature > 0.0:
        plain = WordChooser(model.rnn, model.vocabulary, config.temperature)
        return lambda states, rows: plain.choose(states, [next(row.draws) for row in rows])
    filtered = FilteredChooser(model, config, control.proceed)
    return lambda states, rows: filtered.choose(
        states,
        [next(row.draws) for row in rows],
        [(*opening.ids, *row.words) for row in rows],
        [not config.is_certain or len(row.words) >= row.shortest for row in rows],
    )


def _grow(
    model: LanguageModel,
    opening: Opening,
    choose: _Choose,
    block: list[_Draft],
    wanted: list[_Draft],
    control: RunControl,
    *,
    each_word: bool,
) -> Iterator[_Draft]:
    """Let a block grow in lock-step; yield the wanted drafts in order, once they are done.

    The unwanted ones grow too: what is drawn then never depends on how many are wanted.
    With `each_word` the next one in order is yielded at each step, still growing.
    """
    end_id = model.vocabulary.end_id
    rows = block
    state = opening.state.repeat(len(rows), 1)  # (B, H)
    words = [opening.last_id] * len(rows)
    done = 0  # of the wanted, in order
    while done < len(wanted):
        if not control.proceed():
            return
        state = model.rnn.advance(torch.tensor(words, device=state.device), state)
        words, log_probabilities = choose(state, rows)
        if len(words) < len(rows):  # stopped
            return
        for row, draft in enumerate(rows):
            if draft.fate is not _Fate.GROWING:
                continue
            draft.take(words[row], log_probabilities[row], end_id)
            if not draft.words:
                words[row] = opening.last_id
                state[row] = opening.state[0]
        while done < len(wanted) and wanted[done].fate is not _Fate.GROWING:
            yield wanted[done]
            done += 1
        if each_word and done < len(wanted):
            yield wanted[done]
        kept = [row for row, draft in enumerate(rows) if draft.fate is _Fate.GROWING]
        if _CLOSE_RANKS_AT * len(kept) <= (_CLOSE_RANKS_AT - 1) * len(rows):
            state = state[kept]
            rows, words = [rows[row] for row in kept], [words[row] for row in kept]


def _uniforms(seed: int, number: int) -> Iterator[float]:
    """Return sentence `number`'s own stream of uniform numbers in [0, 1)."""
    # Philox is made for this: every key has a stream of its own, none overlap
    key = np.array([seed, number], np.uint64)  # a list of large numbers would become floats
    generator = np.random.Generator(np.random.Philox(key=key))
    while True:
        yield from generator.random(_DRAWS_AT_ONCE).tolist()


def _to_event(
    draft: _Draft, model: LanguageModel, config: SampleConfig, opening: Opening
) -> SentenceGenerated | SentenceGrowing:
    words = (*opening.words, *(model.vocabulary.words[word] for word in draft.words))
    if draft.fate is _Fate.GROWING:
        text = model.reading.writer.join(words)
        return SentenceGrowing(number=draft.number, text=text, words=words)
    text, is_readable = model.reading.shown(words)
    return SentenceGenerated(
        number=draft.number,
        text=text,
        words=words,
        log_probability=opening.log_probability + draft.log_probability,
        is_cut=draft.fate is _Fate.CUT,
        is_readable=is_readable,
        seed=config.seed or 0,
        started_with=len(opening.words),
        start_log_probability=opening.log_probability,
        settings=config,
        mixture=model.mixture_name,
    )


def _explain_left_out(left_out: int, asked: int, count: int, config: SampleConfig) -> Notice:
    stopped = f" The other {count - asked:,} were not tried." if asked < count else ""
    return Notice(
        text=f"{left_out:,} of {asked:,} sentences were left out, because {MAX_TRIES:,} draws in a "
        f"row ended before {config.min_length} words.{stopped} Lower the minimum length"
        f"{' or the temperature' if config.temperature > 1.0 else ''}, or train longer."
    )
