"""What could follow some words: the model's probabilities, and those after a sampler's filters.

Nothing is drawn here. C words in the vocabulary, H hidden units.
"""

import math

import torch

from engine.config import SampleConfig
from engine.errors import ConfigError
from engine.language_model.model import LanguageModel
from engine.language_model.opening import Opening
from engine.language_model.results import NextWord, NextWords
from engine.sampling.filters import drawing_probabilities
from engine.tokenization.vocabulary import SENTENCE_END, SENTENCE_START, UNKNOWN_TOKEN

_SHOWN = {
    SENTENCE_END: "end of sentence",
    SENTENCE_START: "start of sentence",
    UNKNOWN_TOKEN: "unknown word",
}


@torch.inference_mode()
def next_words(
    model: LanguageModel, settings: SampleConfig, count: int = 10, *, word: str = ""
) -> NextWords:
    """Return the most probable words after `settings.start`.

    Parameters
    ----------
    model : LanguageModel
    settings : SampleConfig
        What to begin with, and the filters that a sampler would apply.
    count : int
        How many words, at least 1; all where the vocabulary has no more.
    word : str
        A word that is wanted whatever its rank: it comes last where it is not among the others.
        What is no word of the vocabulary is UNKNOWN_TOKEN.

    Returns
    -------
    NextWords
        The most probable first; of equal ones the more common in the text. Over all C words the
        probabilities sum to 1, and so do those after the filters.

    Raises
    ------
    ConfigError
        If `count` is below 1.
    """
    if count < 1:
        raise ConfigError(f"Ask for at least 1 word, not {count}.")
    opening = Opening.of(model, settings.start)
    vocabulary, rnn = model.vocabulary, model.rnn
    state = rnn.advance(torch.tensor([opening.last_id], device=rnn.device), opening.state)
    scores = model.scores(state, [(vocabulary.start_id, *opening.ids)])  # (1, C)
    may_end = not settings.is_certain or len(opening.ids) >= settings.min_length
    drawn_with = drawing_probabilities(scores, settings, vocabulary, [opening.ids], [may_end])[0]
    log_p = torch.log_softmax(scores[0], 0)  # (C,)
    p = log_p.exp()
    every = torch.argsort(log_p, descending=True, stable=True)  # (C,)
    ranks = torch.arange(1, len(every) + 1, device=every.device)
    asked = int(vocabulary.encode([word])[0]) if word else -1
    is_told = (ranks <= count) | (every == asked)
    order = every[is_told]
    forms = _SHOWN | dict(model.reading.writing.forms)
    columns = (order, ranks[is_told], log_p[order], p[order], drawn_with[order])
    words = tuple(
        NextWord(
            word=vocabulary.words[number],
            shown=forms.get(vocabulary.words[number], vocabulary.words[number]),
            rank=rank,
            probability=probability,
            log_probability=min(0.0, log_probability),
            drawn_with=drawn,
        )
        for number, rank, log_probability, probability, drawn in zip(
            *(column.tolist() for column in columns), strict=True
        )
    )
    return NextWords(
        words_before=opening.words,
        unknown_words=opening.unknown_words,
        words=words,
        log_probability_before=opening.log_probability,
        entropy_bits=float(torch.special.entr(p).sum()) / math.log(2.0),
        left_by_filters=int((drawn_with > 0.0).sum()),
        vocabulary_size=len(vocabulary),
        settings=settings,
        mixture=model.mixture_name,
    )
