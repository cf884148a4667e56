"""The one word whose replacement makes a sentence most probable, found exactly.

B candidates at a time, C words in the vocabulary, T words to predict, H hidden units.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch

from engine.control import RunControl, StageProgress, Ticker
from engine.errors import ConfigError
from engine.language_model.model import LanguageModel
from engine.language_model.ngram import LONGEST_CONTEXT
from engine.language_model.opening import words_of
from engine.language_model.results import ReplacementFound
from engine.tokenization.vocabulary import FIRST_WORD_ID

_AT_ONCE = 256  # candidates
_REPORT_EVERY_S = 0.2


@dataclass(slots=True)
class _Best:
    log_probability: float
    place: int = -1
    word: int = -1


@torch.inference_mode()
def best_replacement(
    model: LanguageModel, text: str | Sequence[str], control: RunControl
) -> Iterator[StageProgress | ReplacementFound]:
    """Find the word of `text` and the word to put there that raise its probability most.

    Parameters
    ----------
    model : LanguageModel
    text : str or sequence of str
        One sentence, cut into words as typed ones are, or its words.
    control : RunControl
        A stop ends the search without a result.

    Yields
    ------
    StageProgress
        Five times per second.
    ReplacementFound
        The last event, unless the search was stopped; `place` is None if no replacement is
        better than the sentence itself.

    Raises
    ------
    ConfigError
        If the text is read as several sentences.

    Notes
    -----
    Every word of the vocabulary is tried at every place, but for the special ones. A candidate's
    probability only falls while its sentence goes on, so one that is below the best whole sentence
    is dropped, and as the candidates of a place come in the order of their own probability, the
    place is done when one is below it before it went on. The most surprising places come first,
    where the most is to be gained.
    """
    vocabulary, rnn = model.vocabulary, model.rnn
    if isinstance(text, str) and (count := len(model.reading.sentences(text))) > 1:
        raise ConfigError(f"The text is read as {count} sentences: a better word is for one.")
    words = words_of(model, text)
    y = [*vocabulary.encode(words), vocabulary.end_id]  # (T,)
    states = [rnn.initial_state(1)]  # before each word is predicted: after those before it
    x = [vocabulary.start_id, *y[:-1]]  # (T,)
    for word in x:
        states.append(rnn.advance(torch.tensor([word], device=rnn.device), states[-1]))
    before = [x[: t + 1] for t in range(len(x))]
    log_p = torch.log_softmax(model.scores(torch.cat(states[1:]), before), 1)  # (T, C)
    own = [float(log_p[t, word]) for t, word in enumerate(y)]
    original = sum(own)
    best = _Best(original)
    ticker = Ticker(_REPORT_EVERY_S)
    order = sorted(range(len(words)), key=lambda t: own[t])
    for done, t in enumerate(order):
        so_far = sum(own[:t])
        falling, candidates = log_p[t, FIRST_WORD_ID : vocabulary.unknown_id].sort(descending=True)
        candidates = candidates + FIRST_WORD_ID
        for first in range(0, len(candidates), _AT_ONCE):
            if not control.proceed():
                return
            if so_far + float(falling[first]) <= best.log_probability:
                break
            chunk = slice(first, first + _AT_ONCE)
            sums = so_far + falling[chunk]
            _try(model, y, t, states[t + 1], candidates[chunk], sums, best)
            if ticker.is_due():
                share = first / len(candidates)
                yield StageProgress(
                    stage="Looking for a better word",
                    done=round(100.0 * (done + share) / len(order)),
                    total=100,
                    unit="per cent",
                )
    yield _found(model, words, best, original)


def _try(
    model: LanguageModel,
    y: list[int],
    t: int,
    state: torch.Tensor,
    candidates: torch.Tensor,
    sums: torch.Tensor,
    best: _Best,
) -> None:
    """Let the sentence go on after each candidate at place t; remember the best whole one."""
    rnn = model.rnn
    inputs, states = candidates, state.expand(len(candidates), -1)  # (B,), (B, H)
    for last, following in enumerate(y[t + 1 :], start=t + 1):
        kept = sums > best.log_probability
        if not bool(kept.all()):
            inputs, states, sums, candidates = (
                each[kept] for each in (inputs, states, sums, candidates)
            )
        if len(sums) == 0:
            return
        states = rnn.advance(inputs, states)
        head, tail = [model.vocabulary.start_id, *y[:t]][-LONGEST_CONTEXT:], y[t + 1 : last]
        before = [(*head, word, *tail) for word in candidates.tolist()]
        scores = model.scores(states, before)  # (B, C)
        sums = sums + scores[:, following] - scores.logsumexp(1)
        inputs = torch.full_like(candidates, following)
    highest = int(sums.argmax())
    if float(sums[highest]) > best.log_probability + 1e-9:  # not the sentence itself, rounded
        best.log_probability = float(sums[highest])
        best.place, best.word = t, int(candidates[highest])


def _found(
    model: LanguageModel, words: tuple[str, ...], best: _Best, original: float
) -> ReplacementFound:
    if best.place < 0:
        return ReplacementFound(
            place=None, replaced="", word="", text="", log_probability=original, gain=0.0
        )
    word = model.vocabulary.words[best.word]
    changed = (*words[: best.place], word, *words[best.place + 1 :])
    text, is_readable = model.reading.shown(changed)
    return ReplacementFound(
        place=best.place,
        replaced=words[best.place],
        word=word,
        text=text,
        words=None if is_readable else changed,
        log_probability=best.log_probability,
        gain=best.log_probability - original,
    )
