"""Small models for the tests of everything that reads one."""

from array import array
from dataclasses import replace
from typing import Any

import numpy as np

from engine.config import Dtype, ModelConfig, TokenizerConfig, TokenizerName, TrainConfig
from engine.corpus.corpus import CorpusSummary
from engine.language_model.history import EpochDone, RateHalved, TrainingHistory
from engine.language_model.model import LanguageModel
from engine.network.rnn import RNN
from engine.tokenization.reading import Reading
from engine.tokenization.vocabulary import Vocabulary

WORDS = ("the", "cat", "sat", ".", "naïve")


def corpus_summary(**changes: Any) -> CorpusSummary:
    """Return the summary of a corpus that nobody has read."""
    values: dict[str, Any] = {
        "name": "cats.csv",
        "path": "cats.csv",
        "columns": ("body",),
        "documents": 3,
        "sentences": 4,
        "words": 20,
        "different_words": 9,
        "vocabulary_size": 8,
        "least_frequent_word": "naïve",
        "least_frequent_count": 1,
        "unknown_share": 0.25,
        "splitter": "learned",
        "training_documents": 2,
        "validation_documents": 1,
        "training_sentences": 3,
        "validation_sentences": 1,
        "training_words": 18,
        "validation_words": 6,
        "refused_rows": 1,
        "repaired_rows": 0,
        "duplicate_documents": 0,
        "encoding": "utf-8",
        "delimiter": ",",
        "digest": "ab" * 32,
    }
    return CorpusSummary(**(values | changes))


def tiny_history() -> TrainingHistory:
    """Return a history with two points, two evaluations and a halving."""
    first = EpochDone(
        epoch=0,
        step=0,
        training_loss=2.08,
        validation_loss=None,
        learning_rate=0.005,
        words_per_s=0.0,
        elapsed_s=0.0,
        is_best=True,
    )
    second = EpochDone(
        epoch=1,
        step=3,
        training_loss=1.9,
        validation_loss=2.1,
        learning_rate=0.005,
        words_per_s=812.5,
        elapsed_s=0.4,
        is_best=False,
    )
    halving = RateHalved(step=3, epoch=1, learning_rate=0.0025, reason="2.1 > 2.08: “halved”")
    return TrainingHistory(
        steps=array("q", [1, 3]),
        epochs=array("d", [0.3, 1.0]),
        losses=array("d", [2.0, 1.9]),
        learning_rates=array("d", [0.005, 0.005]),
        elapsed_s=array("d", [0.1, 0.4]),
        evaluations=(first, second),
        halvings=(halving,),
    )


def tiny_model(
    words: tuple[str, ...] = WORDS,
    *,
    hidden_dim: int = 4,
    dtype: Dtype = "float64",
    seed: int = 0,
    scale: float = 1.0,
    tokenizer: TokenizerName = "tutorial",
) -> LanguageModel:
    """Return a model with random parameters of standard deviation `scale`.

    One whose tokenizer is "whitespace" writes its sentences in a fraction of the time.
    """
    random = np.random.default_rng(seed)
    H, C = hidden_dim, len(words) + 3
    U, V, W = (scale * random.standard_normal(shape) for shape in ((H, C), (C, H), (H, H)))
    reading = Reading(config=TokenizerConfig(name=tokenizer, language="en"))
    return replace(model_of(U, V, W, words, dtype=dtype), reading=reading)


def model_of(
    U: Any, V: Any, W: Any, words: tuple[str, ...] = WORDS, *, dtype: Dtype = "float64"
) -> LanguageModel:
    """Return a model with these parameters: U (H, C), V (C, H), W (H, H)."""
    return LanguageModel(
        rnn=RNN.from_parameters(U, V, W, dtype=dtype),
        vocabulary=Vocabulary.from_words(words, range(len(words), 0, -1)),
        model_config=ModelConfig(hidden_dim=len(W), dtype=dtype),
        train_config=TrainConfig(recipe="tutorial", epochs=2),
        summary=corpus_summary(),
        history=tiny_history(),
        step=3,
        epoch=1.0,
    )
