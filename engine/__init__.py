"""The engine: a word-level vanilla RNN language model, from a CSV to probabilities.

Everything that a program built on the engine needs is named here; the window
imports from nowhere else. Names are loaded when they are first used, so that
`import engine` costs nothing and a window can show before PyTorch is in memory.

The method is that of Denny Britz, "Recurrent Neural Networks Tutorial, Part 2:
Implementing a RNN with Python, Numpy and Theano", WildML, 2015.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.config import (
        CorpusConfig,
        CsvConfig,
        ModelConfig,
        RecipeDefaults,
        SampleConfig,
        TrainConfig,
        recipe_defaults,
    )
    from engine.control import Notice, RunControl, StageProgress, Ticker
    from engine.corpus.build import build_corpus
    from engine.corpus.cache import (
        CachedCorpora,
        ClearedCorpora,
        clear_cached_corpora,
        corpus_cache_folder,
        list_cached_corpora,
    )
    from engine.corpus.corpus import Corpus, CorpusReady, CorpusSummary, SentenceView, TokenView
    from engine.corpus.sample_comments import sample_comments_path, sample_entropy
    from engine.corpus.vocabulary_budget import VocabularyBudget, VocabularyCost
    from engine.documents.encoding import EncodingReading
    from engine.documents.reader import CsvPreview, RowProblem, inspect_csv
    from engine.documents.unpacking import UnpackingStoppedError
    from engine.errors import (
        ConfigError,
        CorpusError,
        DeviceError,
        DivergedError,
        EngineError,
        ModelFileError,
        RunError,
    )
    from engine.events import Event
    from engine.language_model.checkpoint import load_model, save_model
    from engine.language_model.formats import can_be_opened, open_model, write_model
    from engine.language_model.history import EpochDone, LossPoint, RateHalved, TrainingHistory
    from engine.language_model.model import LanguageModel
    from engine.language_model.results import (
        SentenceGenerated,
        SentenceScore,
        SentenceScored,
        WordScore,
    )
    from engine.language_model.sampler import generate
    from engine.language_model.scorer import score
    from engine.network.device import DeviceChoice, list_devices
    from engine.network.gradient_check import GradientReport, ParameterCheck, gradient_check
    from engine.network.reference import RNNNumpy
    from engine.network.rnn import RNN
    from engine.network.torch_startup import load_torch_libraries, wait_politely
    from engine.runs.folder import EpochModel
    from engine.runs.info import RunInfo
    from engine.runs.store import RunStore
    from engine.training.checks import check_gradients, time_one_step
    from engine.training.epoch_estimate import estimate_epoch
    from engine.training.events import (
        CheckpointSaved,
        EpochEstimate,
        EpochEstimated,
        GradientsChecked,
        RunEnded,
        SnapshotPublished,
        StepTime,
        StepTimed,
        TrainingStarted,
    )
    from engine.training.trainer import train

_HOME = {
    "engine.config": (
        "CorpusConfig",
        "CsvConfig",
        "ModelConfig",
        "RecipeDefaults",
        "SampleConfig",
        "TrainConfig",
        "recipe_defaults",
    ),
    "engine.control": (
        "Notice",
        "RunControl",
        "StageProgress",
        "Ticker",
    ),
    "engine.corpus.build": ("build_corpus",),
    "engine.corpus.cache": (
        "CachedCorpora",
        "ClearedCorpora",
        "clear_cached_corpora",
        "corpus_cache_folder",
        "list_cached_corpora",
    ),
    "engine.corpus.corpus": (
        "Corpus",
        "CorpusReady",
        "CorpusSummary",
        "SentenceView",
        "TokenView",
    ),
    "engine.corpus.sample_comments": (
        "sample_comments_path",
        "sample_entropy",
    ),
    "engine.corpus.vocabulary_budget": (
        "VocabularyBudget",
        "VocabularyCost",
    ),
    "engine.documents.encoding": ("EncodingReading",),
    "engine.documents.unpacking": ("UnpackingStoppedError",),
    "engine.documents.reader": (
        "CsvPreview",
        "RowProblem",
        "inspect_csv",
    ),
    "engine.errors": (
        "ConfigError",
        "CorpusError",
        "DeviceError",
        "DivergedError",
        "EngineError",
        "ModelFileError",
        "RunError",
    ),
    "engine.events": ("Event",),
    "engine.language_model.checkpoint": (
        "load_model",
        "save_model",
    ),
    "engine.language_model.formats": (
        "can_be_opened",
        "open_model",
        "write_model",
    ),
    "engine.language_model.history": (
        "EpochDone",
        "LossPoint",
        "RateHalved",
        "TrainingHistory",
    ),
    "engine.language_model.model": ("LanguageModel",),
    "engine.language_model.results": (
        "SentenceGenerated",
        "SentenceScore",
        "SentenceScored",
        "WordScore",
    ),
    "engine.language_model.sampler": ("generate",),
    "engine.language_model.scorer": ("score",),
    "engine.network.device": (
        "DeviceChoice",
        "list_devices",
    ),
    "engine.network.gradient_check": (
        "GradientReport",
        "ParameterCheck",
        "gradient_check",
    ),
    "engine.network.reference": ("RNNNumpy",),
    "engine.network.rnn": ("RNN",),
    "engine.network.torch_startup": (
        "load_torch_libraries",
        "wait_politely",
    ),
    "engine.runs.folder": ("EpochModel",),
    "engine.runs.info": ("RunInfo",),
    "engine.runs.store": ("RunStore",),
    "engine.training.checks": (
        "check_gradients",
        "time_one_step",
    ),
    "engine.training.epoch_estimate": ("estimate_epoch",),
    "engine.training.events": (
        "CheckpointSaved",
        "EpochEstimate",
        "EpochEstimated",
        "GradientsChecked",
        "RunEnded",
        "SnapshotPublished",
        "StepTime",
        "StepTimed",
        "TrainingStarted",
    ),
    "engine.training.trainer": ("train",),
}
_MODULE_OF = {name: module for module, names in _HOME.items() for name in names}

__all__ = sorted(_MODULE_OF)


def __getattr__(name: str) -> object:
    """Import the module that holds `name` on first use."""
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'engine' has no attribute {name!r}")
    value: object = getattr(import_module(_MODULE_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*globals(), *__all__]
