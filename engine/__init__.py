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
    from engine.checkpoint import load_model, save_model
    from engine.config import (
        CorpusConfig,
        CsvConfig,
        ModelConfig,
        SampleConfig,
        TrainConfig,
    )
    from engine.control import RunControl, Ticker
    from engine.corpus import Corpus, CorpusSummary, SentenceView, TokenView, build_corpus
    from engine.corpus_cache import corpus_cache_folder
    from engine.csv_source import CsvPreview, RowProblem, inspect_csv
    from engine.device import DeviceChoice, list_devices
    from engine.epoch_estimate import estimate_epoch
    from engine.epoch_models import EpochModel
    from engine.errors import (
        ConfigError,
        CorpusError,
        DeviceError,
        DivergedError,
        EngineError,
        ModelFileError,
        RunError,
    )
    from engine.events import (
        CheckpointSaved,
        CorpusReady,
        EpochDone,
        EpochEstimated,
        Event,
        GradientsChecked,
        LossPoint,
        Notice,
        RateHalved,
        RunEnded,
        SentenceGenerated,
        SentenceScored,
        SnapshotPublished,
        StageProgress,
        StepTimed,
        TrainingStarted,
    )
    from engine.gradient_check import GradientReport, ParameterCheck, check_gradients
    from engine.kept_texts import ClearedTexts, KeptTexts, clear_kept_texts, list_kept_texts
    from engine.language_model import LanguageModel, TrainingHistory
    from engine.model_files import can_be_opened, open_model, write_model
    from engine.recipes import RecipeDefaults, recipe_defaults
    from engine.run_info import RunInfo
    from engine.run_store import RunStore
    from engine.sample_comments import sample_comments_path, sample_entropy
    from engine.sampler import generate
    from engine.scorer import SentenceScore, WordScore, score
    from engine.step_timer import StepTime, time_one_step
    from engine.thread_waiting import wait_politely
    from engine.torch_libraries import load_torch_libraries
    from engine.trainer import train
    from engine.vocabulary_budget import EpochEstimate, VocabularyBudget, VocabularyCost

_HOME = {
    "engine.checkpoint": ("load_model", "save_model"),
    "engine.config": ("CorpusConfig", "CsvConfig", "ModelConfig", "SampleConfig", "TrainConfig"),
    "engine.control": ("RunControl", "Ticker"),
    "engine.corpus": ("Corpus", "CorpusSummary", "SentenceView", "TokenView", "build_corpus"),
    "engine.corpus_cache": ("corpus_cache_folder",),
    "engine.csv_source": ("CsvPreview", "RowProblem", "inspect_csv"),
    "engine.device": ("DeviceChoice", "list_devices"),
    "engine.epoch_estimate": ("estimate_epoch",),
    "engine.epoch_models": ("EpochModel",),
    "engine.errors": (
        "ConfigError",
        "CorpusError",
        "DeviceError",
        "DivergedError",
        "EngineError",
        "ModelFileError",
        "RunError",
    ),
    "engine.events": (
        "CheckpointSaved",
        "CorpusReady",
        "EpochDone",
        "EpochEstimated",
        "Event",
        "GradientsChecked",
        "LossPoint",
        "Notice",
        "RateHalved",
        "RunEnded",
        "SentenceGenerated",
        "SentenceScored",
        "SnapshotPublished",
        "StageProgress",
        "StepTimed",
        "TrainingStarted",
    ),
    "engine.gradient_check": ("GradientReport", "ParameterCheck", "check_gradients"),
    "engine.kept_texts": ("ClearedTexts", "KeptTexts", "clear_kept_texts", "list_kept_texts"),
    "engine.language_model": ("LanguageModel", "TrainingHistory"),
    "engine.model_files": ("can_be_opened", "open_model", "write_model"),
    "engine.recipes": ("RecipeDefaults", "recipe_defaults"),
    "engine.run_info": ("RunInfo",),
    "engine.run_store": ("RunStore",),
    "engine.sample_comments": ("sample_comments_path", "sample_entropy"),
    "engine.sampler": ("generate",),
    "engine.scorer": ("SentenceScore", "WordScore", "score"),
    "engine.step_timer": ("StepTime", "time_one_step"),
    "engine.thread_waiting": ("wait_politely",),
    "engine.torch_libraries": ("load_torch_libraries",),
    "engine.trainer": ("train",),
    "engine.vocabulary_budget": ("EpochEstimate", "VocabularyBudget", "VocabularyCost"),
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
