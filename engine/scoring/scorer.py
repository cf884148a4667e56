"""The probability of a text, word by word.

What is typed is read as the corpus was: two sentences are two. This module draws nothing and
trains nothing.

T words to predict (SENTENCE_END included), C words in the vocabulary, H hidden units.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TypeAlias

import numpy as np
import torch

from engine.control import RunControl
from engine.corpus.corpus import Sentences
from engine.language_model.model import LanguageModel
from engine.language_model.ngram import LONGEST_CONTEXT, NGramModel
from engine.language_model.results import (
    ScoredPart,
    SentenceScore,
    SentenceScored,
    TableScore,
    WordScore,
    perplexity_of,
)
from engine.tokenization.vocabulary import SENTENCE_END, Vocabulary

_CHUNK_WORDS = 256  # scores in memory at once, in rows: a pasted book needs no more
_EXPECTED = 3  # words that the model would rather have said, of each place

# log-probability, rank, and the ids and log-probabilities of the likeliest words
_Measured: TypeAlias = tuple[float, int, list[int], list[float]]


def score(
    model: LanguageModel,
    text: str,
    control: RunControl | None = None,
    *,
    words: Sequence[str] | None = None,
    table: NGramModel | None = None,
) -> Iterator[SentenceScored]:
    """Compute the probability of `text`, the product of those of its sentences.

    Parameters
    ----------
    model : LanguageModel
    text : str
        Split into sentences and cut into words exactly as the corpus was. Without any
        word, it is one empty sentence, with the probability of SENTENCE_END at the start.
    control : RunControl, optional
        A stop ends the stream without a score; for very long texts.
    words : sequence of str, optional
        Of one sentence; they are scored then, and `text` is only what they are called. For
        drawn words that no text is read as.
    table : NGramModel, optional
        Of the model's vocabulary; what it says of the same words is then shown beside.

    Yields
    ------
    SentenceScored
        One.

    Notes
    -----
    log P(w_1 … w_T) = Σ_t log softmax(V s_t)[w_t], with w_T = SENTENCE_END, natural
    logarithms.
    """
    sentences = model.reading.sentences(text) if words is None else [(text, list(words))]
    scored: list[WordScore] = []
    parts: list[ScoredPart] = []
    for sentence, tokens in sentences or [(text, [])]:
        own = _word_scores(model, tokens, control)
        if own is None:
            return
        parts.append(
            ScoredPart(
                text=sentence,
                first_word=len(scored),
                word_count=len(own),
                log_probability=math.fsum(word.log_probability for word in own),
            )
        )
        scored += own
    score_of_text = replace(
        _sentence_score(text, tuple(scored), tuple(parts)),
        are_words_given=words is not None,
        mixture=model.mixture_name,
    )
    if table is not None:
        beside = score_by_table(table, model.vocabulary, score_of_text)
        score_of_text = replace(score_of_text, table=beside)
    yield SentenceScored(score=score_of_text)


def score_by_table(table: NGramModel, vocabulary: Vocabulary, scored: SentenceScore) -> TableScore:
    """Return what a table of word sequences says of the words that a model scored.

    Parameters
    ----------
    table : NGramModel
        Of the model's vocabulary.
    vocabulary : Vocabulary
    scored : SentenceScore
    """
    framed: list[list[int]] = []
    for part in scored.parts:
        own = scored.words[part.first_word : part.first_word + part.word_count]
        words = vocabulary.encode(word.word for word in own[:-1])
        framed.append([vocabulary.start_id, *words, vocabulary.end_id])
    ids = np.concatenate(framed).astype(np.int32)
    sentences = Sentences(ids, np.cumsum([0, *map(len, framed)]))
    log_probability = float(np.log(table.probabilities(sentences)).sum())
    nats_a_word = -log_probability / len(scored.words)
    return TableScore(
        name=table.name,
        log_probability=log_probability,
        perplexity=perplexity_of(log_probability, len(scored.words)),
        bits_per_word=nats_a_word / math.log(2.0),
    )


def _word_scores(
    model: LanguageModel, tokens: Sequence[str], control: RunControl | None
) -> list[WordScore] | None:
    """Return the words of one sentence and its end, each scored; None after a stop."""
    vocabulary = model.vocabulary
    y = [*vocabulary.encode(tokens), vocabulary.end_id]  # (T,)
    x = [vocabulary.start_id, *y[:-1]]  # (T,)
    measured = []
    for chunk in _measure(model, x, y):
        if control is not None and not control.proceed():
            return None
        measured += chunk
    named = vocabulary.words
    return [
        _word_score(
            token,
            word != vocabulary.unknown_id,
            log_probability,
            rank,
            tuple((named[k], math.exp(log_p)) for k, log_p in zip(ids, log_ps, strict=True)),
        )
        for token, word, (log_probability, rank, ids, log_ps) in zip(
            [*tokens, SENTENCE_END], y, measured, strict=True
        )
    ]


def _measure(model: LanguageModel, x: Sequence[int], y: Sequence[int]) -> Iterator[list[_Measured]]:
    """Yield how probable each word was, and what was expected, a chunk at a time."""
    rnn = model.rnn
    state = rnn.initial_state(1)  # (1, H)
    inputs, targets = torch.tensor([x, y], device=rnn.device)  # (T,) each
    for first in range(0, len(x), _CHUNK_WORDS):
        states = []
        for t in range(first, min(first + _CHUNK_WORDS, len(x))):
            state = rnn.advance(inputs[t : t + 1], state)
            states.append(state)
        target = targets[first : first + _CHUNK_WORDS]
        before = [x[max(0, t - LONGEST_CONTEXT) : t + 1] for t in range(first, first + len(states))]
        logits = model.scores(torch.cat(states), before)  # (chunk, C)
        of_target = logits.gather(1, target[:, None])  # (chunk, 1)
        rank = 1 + (logits > of_target).sum(1)  # (chunk,)
        # In float32 the sum over all words would be 1 ± 1e-5 where all scores are large.
        total = logits.logsumexp(1)  # (chunk,)
        log_p = of_target[:, 0] - total  # (chunk,)
        best, ids = logits.topk(min(_EXPECTED, logits.shape[1]), 1)  # (chunk, 3)
        best_log_p = best - total[:, None]  # (chunk, 3)
        yield list(
            zip(log_p.tolist(), rank.tolist(), ids.tolist(), best_log_p.tolist(), strict=True)
        )


def _word_score(
    token: str,
    is_known: bool,  # noqa: FBT001
    log_probability: float,
    rank: int,
    expected: tuple[tuple[str, float], ...],
) -> WordScore:
    log_probability = min(log_probability, 0.0)  # rounding may leave +1e-8 for a certain word
    return WordScore(
        word=token,
        shown="end of sentence" if token == SENTENCE_END else token,
        is_known=is_known,
        probability=math.exp(log_probability),
        log_probability=log_probability,
        bits=-log_probability / math.log(2.0),
        rank=rank,
        expected=expected,
    )


def _sentence_score(
    text: str, words: tuple[WordScore, ...], parts: tuple[ScoredPart, ...]
) -> SentenceScore:
    total = math.fsum(word.log_probability for word in words)
    nats_a_word = -total / len(words)
    known = [word.log_probability for word in words if word.is_known]  # SENTENCE_END at least
    unknown = [word.word for word in words if not word.is_known]
    return SentenceScore(
        text=text,
        words=words,
        parts=parts,
        log_probability=total,
        probability=math.exp(total),  # underflows to 0.0 without an error
        perplexity=perplexity_of(total, len(words)),
        bits_per_word=nats_a_word / math.log(2.0),
        unknown_words=tuple(dict.fromkeys(unknown)),
        known_log_probability=math.fsum(known),
        known_perplexity=perplexity_of(math.fsum(known), len(known)),
    )
