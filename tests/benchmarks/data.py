"""Sentences, a corpus and a model as a benchmark needs them, without any file.

Lengths are lognormal and words follow Zipf and Mandelbrot's law, both fitted to the
first thousand lines of the tutorial's Reddit comments: 1,170 sentences whose
lengths, SENTENCE_END counted, have a mean of 19.7, a median of 17 and log-lengths of
2.76 ± 0.685; their commonest words have 4.4, 3.3, 3.3 and 2.3 % of all words, the
hundredth 0.14 %.

C words in the vocabulary, H hidden units, T words to predict in a sentence.
"""

import itertools
import math
import string
from dataclasses import replace
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from engine.config import SPECIAL_TOKENS, ModelConfig, TrainConfig
from engine.corpus.corpus import Corpus, TokenStore
from engine.language_model.model import LanguageModel
from engine.language_model.tutorial_npz import unread_corpus
from engine.network.rnn import RNN
from engine.tokenization.reading import Reading
from engine.tokenization.vocabulary import Vocabulary

LOG_LENGTH = NormalDist(2.76, 0.685)
SHORTEST, LONGEST = 2, 150
MEAN_LENGTH = 20.0  # exp(2.76 + 0.685² / 2), SENTENCE_END counted
_EXPONENT, _SHIFT = 1.05, 2.7
_START, _END = 0, 1
_FIRST_WORD = 2
_NAME = "made-up sentences"

Pair = tuple[list[int], list[int]]  # x and y of one sentence


def typical_lengths(count: int) -> list[int]:
    """Return the lengths at `count` equally spaced quantiles, the shortest first.

    No draw can be lucky: the batch is the same each time, and its longest sentence is
    as long as that of a usual batch.
    """
    logs = [LOG_LENGTH.inv_cdf((k + 0.5) / count) for k in range(count)]
    return [min(LONGEST, max(SHORTEST, round(math.exp(log)))) for log in logs]


def word_shares(words: int) -> NDArray[np.float64]:
    """Return the share of each word in a text, shape (words,), the commonest first."""
    weights = (np.arange(1, words + 1) + _SHIFT) ** -_EXPONENT
    shares: NDArray[np.float64] = weights / weights.sum()
    return shares


def sentences(lengths: list[int], word_dim: int, seed: int) -> list[Pair]:
    """Return x and y for each length: SENTENCE_START first in x, SENTENCE_END last in y."""
    random = np.random.default_rng(seed)
    shares = word_shares(word_dim - SPECIAL_TOKENS)
    pairs = []
    for length in lengths:
        words = (random.choice(len(shares), length - 1, p=shares) + _FIRST_WORD).tolist()
        pairs.append(([_START, *words], [*words, _END]))
    return pairs


def made_up_words(count: int) -> tuple[str, ...]:
    """Return different words of five letters; the word tokeniser leaves them whole."""
    letters = itertools.product(string.ascii_lowercase, repeat=4)
    return tuple("q" + "".join(four) for four in itertools.islice(letters, count))


def synthetic_corpus(count: int, word_dim: int, seed: int = 0) -> Corpus:
    """Return a corpus of `count` sentences, each a document, over `word_dim` words."""
    random = np.random.default_rng(seed)
    drawn = np.exp(random.normal(LOG_LENGTH.mean, LOG_LENGTH.stdev, count))
    lengths = np.clip(np.rint(drawn), SHORTEST, LONGEST).astype(np.int64) - 1  # (S,)
    shares = word_shares(word_dim - SPECIAL_TOKENS)
    offsets = np.concatenate([[0], np.cumsum(lengths)])  # (S + 1,)
    ranks = random.choice(len(shares), offsets[-1], p=shares).astype(np.int32)  # (W,)
    store = TokenStore(
        reading=Reading(),
        words=made_up_words(len(shares)),
        # What the law expects instead of what was drawn: falling, and never 0.
        counts=np.maximum(1, np.rint(shares * len(ranks))).astype(np.int64),
        word_ranks=ranks,
        offsets=offsets,
        texts=b"",
        text_offsets=np.zeros(count + 1, dtype=np.int64),
        document_lengths=np.ones(count, dtype=np.int32),
        group_of=np.arange(count),
        is_validation=np.zeros(count, dtype=np.bool_),
    )
    words = Vocabulary.from_words(store.words, store.counts.tolist())
    text = replace(
        unread_corpus(_NAME, words),
        documents=count,
        sentences=count,
        words=len(ranks),
        different_words=len(store.words),
    )
    return Corpus(store, text, word_dim)


def typical_model(word_dim: int, hidden_dim: int, seed: int = 0) -> LanguageModel:
    """Return a model whose sentences are as long as real ones, and as varied.

    The network is a random one but for hidden number 0, which is always near 1: its
    column of V holds the logarithms of the words' shares, SENTENCE_END with 1 in 20.
    """
    U, V, W = RNN(word_dim, hidden_dim, seed=seed).parameters_as_numpy()
    U[0], W[0], W[:, 0] = 5.0, 0.0, 0.0
    words = word_dim - SPECIAL_TOKENS
    shares = np.full(word_dim, 1e-6)  # (C,)
    shares[_END] = 1.0 / MEAN_LENGTH
    shares[_FIRST_WORD:-1] = (1.0 - shares[_END]) * word_shares(words)
    V[:, 0] = np.log(shares)
    vocabulary = Vocabulary.from_words(made_up_words(words), range(words, 0, -1))
    return LanguageModel(
        rnn=RNN.from_parameters(U, V, W),
        vocabulary=vocabulary,
        model_config=ModelConfig(hidden_dim=hidden_dim, device="cpu"),
        train_config=TrainConfig(),
        summary=unread_corpus(_NAME, vocabulary),
    )
