"""A text that word sequences are counted on in a model's own words, to compare or to mix.

The table is not in a model's file: it would be ten times as large, and hold the text nearly word
for word. So it is counted again where the text is at hand.
"""

import math
from collections.abc import Generator, Iterator

import numpy as np
from numpy.typing import NDArray

from engine.control import RunControl, StageProgress
from engine.corpus.corpus import Corpus, Sentences
from engine.errors import ConfigError
from engine.files.spool import Spool
from engine.language_model.mixture import Mixture
from engine.language_model.model import LanguageModel
from engine.language_model.ngram import NGramCounts, NGramModel, count_ngrams, order_for
from engine.network.batching import batch_from_flat, batches_by_length
from engine.network.rnn import RNN
from engine.tokenization.vocabulary import Vocabulary

_WORDS_AT_ONCE = 1 << 20  # numbered
_PREDICTED_AT_ONCE = 4096  # words
_HALVINGS = 40  # of the interval that the weight is in
_Floats = NDArray[np.float64]


def in_words_of(
    vocabulary: Vocabulary, corpus: Corpus, sentences: Sentences
) -> tuple[Sentences, int]:
    """Return sentences of `corpus` with the ids of another vocabulary.

    Returns
    -------
    sentences : Sentences
    unknown : int
        How many of their words are unknown there.
    """
    own_ids = np.array(vocabulary.encode(corpus.vocabulary.words), np.int32)  # by the corpus's id
    ids, unknown = Spool(None), 0
    for begin in range(0, len(sentences.ids), _WORDS_AT_ONCE):
        some = own_ids[sentences.ids[begin : begin + _WORDS_AT_ONCE]]
        unknown += int((some == vocabulary.unknown_id).sum())
        ids.append(some)
    return Sentences(ids.array(np.int32, is_writable=True), sentences.offsets), unknown


def unknown_split(corpus: Corpus) -> str:
    """Return what is said where `split_as_trained` cannot tell."""
    return (
        f"The model learned from {corpus.summary.name}, and it cannot be told which part was held "
        "out: the network may look better than it is."
    )


def count_table(
    model: LanguageModel, corpus: Corpus, control: RunControl
) -> Generator[StageProgress, None, NGramModel | None]:
    """Count the table that a model is compared with, on a text's training part.

    Parameters
    ----------
    model : LanguageModel
        Whose vocabulary is used.
    corpus : Corpus
        Of more than 5 million words a sample is counted.
    control : RunControl

    Yields
    ------
    StageProgress

    Returns
    -------
    NGramModel or None
        None after a stop.
    """
    counts = yield from count_sequences(model, corpus, control)
    return None if counts is None else counts.model(counts.order)


def count_sequences(
    model: LanguageModel, corpus: Corpus, control: RunControl
) -> Generator[StageProgress, None, NGramCounts | None]:
    """Count what `count_table` makes its table of, for tables of several lengths."""
    training, _ = in_words_of(model.vocabulary, corpus, corpus.training)
    order = order_for(training.words_to_predict)
    return (yield from count_ngrams(training, model.word_dim, order, control))


def split_as_trained(model: LanguageModel, corpus: Corpus) -> Corpus | None:
    """Return a text divided as it was when `model` was trained on it; another text as it is.

    Returns
    -------
    Corpus or None
        None where it is the model's text, and nothing tells how it was divided.
    """
    told = model.summary
    if told.digest != corpus.summary.digest:
        return corpus
    wanted = told.training_words, told.validation_words
    for divided in _ways_to_divide(model, corpus) if told.validation_words else ():
        if (divided.summary.training_words, divided.summary.validation_words) == wanted:
            return divided
    return None


def _ways_to_divide(model: LanguageModel, corpus: Corpus) -> Iterator[Corpus]:
    """Yield the text as its model says, or, where its file is too old for that, by usual seeds."""
    told = model.summary
    if told.validation_fraction is not None and told.split_seed is not None:
        yield corpus.with_validation_fraction(told.validation_fraction, told.split_seed)
        return
    yield corpus
    share = told.validation_documents / max(1, told.documents)
    for seed in dict.fromkeys((0, model.model_config.seed)):
        yield corpus.with_validation_fraction(share, seed)


def fit_mixture(
    model: LanguageModel, corpus: Corpus, control: RunControl
) -> Generator[StageProgress, None, Mixture | None]:
    """Mix a model's network with a table counted on a text's training part.

    The weight is the best for every other held-out sentence; the others tell what it brings.

    Parameters
    ----------
    model : LanguageModel
    corpus : Corpus
        With held-out text that the network did not learn from: see `split_as_trained`.
    control : RunControl

    Yields
    ------
    StageProgress

    Returns
    -------
    Mixture or None
        None after a stop.

    Raises
    ------
    ConfigError
        If fewer than two sentences are held out.
    """
    held_out, _ = in_words_of(model.vocabulary, corpus, corpus.validation)
    if len(held_out) < 2:
        raise ConfigError(
            f"Of {corpus.summary.name} there is no held-out text to fit a mixture on: it takes two "
            "documents or more."
        )
    table = yield from count_table(model, corpus, control)
    if table is None:
        return None
    halves = []
    for first in (0, 1):
        half = held_out.chosen(np.arange(first, len(held_out), 2))
        shares: list[tuple[_Floats, _Floats]] = []
        for done, pair in enumerate(_true_words(model.rnn, table, half)):
            yield StageProgress(stage="Fitting the mixture", done=done, total=None, unit="batches")
            if not control.proceed():
                return None
            shares.append(pair)
        halves.append([np.concatenate(each) for each in zip(*shares, strict=True)])
    fitted, judged = halves
    weight = _best_weight(*fitted)
    of_network, of_table = judged
    return Mixture(
        table=table,
        weight=weight,
        fitted_words=len(fitted[0]),
        judged_words=len(of_network),
        loss=_loss(weight * of_network + (1.0 - weight) * of_table),
        network_loss=_loss(of_network),
        table_loss=_loss(of_table),
    )


def _true_words(
    rnn: RNN, table: NGramModel, sentences: Sentences
) -> Iterator[tuple[_Floats, _Floats]]:
    """Yield what network and table give to the words that come, (n,) each, a batch at a time."""
    lengths = np.diff(sentences.offsets)
    for members in batches_by_length(sentences.offsets, _PREDICTED_AT_ONCE):
        longest_first = members[np.argsort(-lengths[members], kind="stable")]
        batch = batch_from_flat(sentences.ids, sentences.offsets, longest_first).to(rnn.device)
        of_network = rnn.word_losses(batch).double().neg().exp().cpu().numpy()
        yield of_network, table.probabilities(sentences.chosen(longest_first))


def _best_weight(of_network: _Floats, of_table: _Floats) -> float:
    """Return the weight of the network with the lowest loss: the slope only rises with it."""
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        weight = (low + high) / 2.0
        mixed = weight * of_network + (1.0 - weight) * of_table
        if float(((of_network - of_table) / mixed).sum()) > 0.0:
            low = weight
        else:
            high = weight
    return (low + high) / 2.0


def _loss(probabilities: _Floats) -> float:
    return -float(np.log(np.maximum(probabilities, math.ulp(0.0))).mean())
