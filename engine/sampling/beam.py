"""The most probable sentences of a model, found by beam search.

Nothing is drawn here and no filter acts: what is looked for is a property of the model.

W sentences at a time, C words in the vocabulary, H hidden units.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch

from engine.config import SampleConfig
from engine.control import Notice, RunControl
from engine.language_model.model import LanguageModel
from engine.language_model.opening import Opening
from engine.language_model.results import SentenceGenerated

_SCORES_AT_ONCE = 1 << 20  # a stop is heard in between


@dataclass(frozen=True, slots=True)
class _Found:
    """A finished sentence, without the words that it was begun with."""

    words: tuple[int, ...]
    log_probability: float


@torch.inference_mode()
def most_probable(
    model: LanguageModel, config: SampleConfig, opening: Opening, control: RunControl
) -> Iterator[SentenceGenerated | Notice]:
    """Find `config.count` sentences of high probability that begin with `opening`.

    Parameters
    ----------
    model : LanguageModel
    config : SampleConfig
        With `beams`, how many unfinished sentences are kept at each length.
    opening : Opening
    control : RunControl
        A stop ends the search without a result.

    Yields
    ------
    SentenceGenerated
        The most probable first.
    Notice
        If fewer sentences were found than asked for.

    Notes
    -----
    Of all unfinished sentences of t words the `beams` most probable are continued with every
    word but SENTENCE_START and UNKNOWN_TOKEN; those that end are put aside. As a sentence only
    becomes less probable by growing, the search is over when the best unfinished one is less
    probable than the last of `count` that ended. With as many beams as there are beginnings of
    sentences it is exhaustive. A sentence that has not ended after `max_length` words is none.
    """
    found = _search(model, config, opening, control)
    if control.is_stopped:
        return
    for number, each in enumerate(found, start=1):
        words = (*opening.words, *(model.vocabulary.words[word] for word in each.words))
        text, is_readable = model.reading.shown(words)
        yield SentenceGenerated(
            number=number,
            text=text,
            is_readable=is_readable,
            words=words,
            log_probability=opening.log_probability + each.log_probability,
            is_cut=False,
            seed=config.seed or 0,
            started_with=len(opening.words),
            start_log_probability=opening.log_probability,
            settings=config,
            mixture=model.mixture_name,
        )
    if len(found) < config.count:
        yield Notice(
            text=f"Only {len(found):,} of {config.count:,} sentences were found with "
            f"{config.beams:,} at a time. More beams find more.",
            severity="info",
        )


def _search(
    model: LanguageModel, config: SampleConfig, opening: Opening, control: RunControl
) -> list[_Found]:
    """Return the most probable sentences that ended, the best first; none after a stop."""
    rnn, vocabulary = model.rnn, model.vocabulary
    C = rnn.word_dim
    silent = [vocabulary.start_id, vocabulary.unknown_id, vocabulary.end_id]
    state = rnn.advance(torch.tensor([opening.last_id], device=rnn.device), opening.state)
    sums = torch.zeros(1, dtype=torch.float64, device=rnn.device)  # (W,), log-probabilities
    grown: list[tuple[int, ...]] = [()]
    found: list[_Found] = []
    shortest = config.min_length - len(opening.ids)
    at_once = max(1, _SCORES_AT_ONCE // C)
    for length in range(config.max_length - len(opening.ids) + 1):
        ends: list[float] = []
        best_sums, best_places = [], []
        for first in range(0, len(grown), at_once):
            if not control.proceed():
                return []
            part = slice(first, first + at_once)
            before = [(vocabulary.start_id, *opening.ids, *words) for words in grown[part]]
            scores = model.scores(state[part], before)  # (w, C)
            scores = scores - scores.logsumexp(1, keepdim=True) + sums[part, None]
            ends += scores[:, vocabulary.end_id].tolist()
            scores[:, silent] = -torch.inf
            best, places = scores.flatten().topk(min(config.beams, scores.numel()))
            best_sums.append(best)
            best_places.append(places + first * C)
        if length >= shortest:
            found += [_Found(words, end) for words, end in zip(grown, ends, strict=True)]
            found = sorted(found, key=lambda each: -each.log_probability)[: config.count]
        if len(found) == config.count and found[-1].log_probability >= float(sums.max()):
            break
        together = torch.cat(best_sums)
        possible = int(together.isfinite().sum())
        sums, kept = together.topk(min(config.beams, possible))
        places = torch.cat(best_places)[kept]
        rows = places // C
        words = places % C
        grown = [
            (*grown[row], word) for row, word in zip(rows.tolist(), words.tolist(), strict=True)
        ]
        state = rnn.advance(words, state[rows])
    return found
