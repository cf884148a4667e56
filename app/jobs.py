"""Everything the window asks of the engine and of the person, so that tests can put fakes here.

The defaults are the engine's own functions, imported where they are first used, in the worker
that calls them, and Qt's dialogs. Nothing here knows a widget or a controller.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from app.protocols import ModelQuestions, RunsQuestions, TrainingQuestions, UnsavedAnswer
from app.scoring_jobs import (
    CopiesFound,
    ModelMixed,
    TableSaid,
    best_replacement_with_engine,
    complete_with_engine,
    find_copies_with_engine,
    mix_with_engine,
    next_words_with_engine,
    score_by_table_with_engine,
    score_file_with_engine,
    score_held_out_with_engine,
    score_list_with_engine,
    score_sentences_with_engine,
    score_with_engine,
)
from engine import (
    CorpusConfig,
    CorpusReady,
    CsvConfig,
    EngineError,
    EpochDone,
    ModelConfig,
    RunControl,
    RunError,
    SampleConfig,
    SnapshotPublished,
    TokenizerConfig,
    TrainConfig,
    TrainingStarted,
)

if TYPE_CHECKING:
    from engine import (
        CachedCorpora,
        CandidatesScored,
        ClearedCorpora,
        Corpus,
        CorpusSummary,
        CsvPreview,
        DeviceChoice,
        Event,
        FileScored,
        HeldOutScores,
        LanguageModel,
        NextWords,
        RecipeDefaults,
        RunInfo,
        RunStore,
        StageProgress,
        WordsPreview,
    )

Inspect = Callable[[Path, CsvConfig, RunControl], "CsvPreview | None"]
InspectSeveral = Callable[[Sequence[Path], int, CsvConfig, RunControl], "CsvPreview | None"]
Tool = Callable[[RunControl], Iterator["Event"]]
AskSavePath = Callable[[Path], Path | None]
USUAL_WORDS, USUAL_VOCABULARY = 1_000_000, 8000  # of a text, before there is one
ONE_SENTENCE = SampleConfig(count=1, seed=1)


def build_with_engine(config: CorpusConfig, control: RunControl) -> "Iterator[Event]":
    """Prepare a corpus; called in the worker, so that NLTK is loaded there."""
    from engine import build_corpus, corpus_cache_folder

    return build_corpus(config, control, cache_folder=corpus_cache_folder())


def open_prepared_with_engine(
    config: CorpusConfig, digest: str, control: RunControl
) -> "Corpus | None":
    """Open a prepared text again; called in the worker. None where it is not kept any more."""
    from engine import corpus_cache_folder, open_prepared_corpus

    folder = corpus_cache_folder()
    for event in open_prepared_corpus(config, digest, control, cache_folder=folder):
        if isinstance(event, CorpusReady):
            return event.corpus
    return None


def check_gradients_with_engine(control: RunControl) -> "Iterator[Event]":
    """Check the gradients; called in the worker, so that PyTorch is loaded there."""
    from engine import check_gradients

    return check_gradients(control)


def list_prepared_with_engine() -> "CachedCorpora":
    """List the prepared texts; called in the worker: the folder may be on a slow disk."""
    from engine import list_cached_corpora

    return list_cached_corpora()


def clear_prepared_with_engine() -> "ClearedCorpora":
    """Delete the prepared texts; called in the worker."""
    from engine import clear_cached_corpora

    return clear_cached_corpora()


def train_command_of_engine(run: "RunInfo") -> str:
    """Return the line that repeats a run; RunError where there is none."""
    from engine import train_command

    return train_command(run)


def count_with_engine(corpus: "Corpus", control: RunControl) -> "Iterator[Event]":
    """Count tables of word sequences; called in the worker."""
    from engine import count_references

    return count_references(corpus, control)


def defaults_of_engine(
    recipe: str, words: int | None, vocabulary: int, hidden_dim: int | None
) -> "RecipeDefaults":
    """Return what a recipe takes for a text of so many training words where nothing is chosen."""
    from engine import recipe_defaults

    size = USUAL_WORDS if words is None else words
    return recipe_defaults(
        "tutorial" if recipe == "tutorial" else "fast", size, vocabulary, hidden_dim=hidden_dim
    )


def entropy_of_engine(summary: "CorpusSummary", words: Sequence[str]) -> float | None:
    """Return what no model of these words can get below; None but for the sample comments."""
    from engine import sample_entropy

    return sample_entropy(summary.digest, words)


def estimate_with_engine(
    corpus: "Corpus", model: ModelConfig, train: TrainConfig, control: RunControl
) -> "Iterator[Event]":
    """Measure an epoch; called in the worker, so that PyTorch is loaded there."""
    from engine import estimate_epoch

    return estimate_epoch(corpus, model, train, control)


def generate_with_engine(
    model: "LanguageModel", config: SampleConfig, control: RunControl
) -> "Iterator[Event]":
    """Draw sentences; called in the worker, so that PyTorch is loaded there."""
    from engine import generate

    yield from generate(model, config, control, each_word=True)


def inspect_with_engine(path: Path, config: CsvConfig, control: RunControl) -> "CsvPreview | None":
    """Look at a file's first rows; called in the worker. None after a stop."""
    from engine import UnpackingStoppedError, inspect_csv

    try:
        return inspect_csv(path, config, proceed=control.proceed)
    except UnpackingStoppedError:
        return None


def inspect_several_with_engine(
    paths: Sequence[Path], shown: int, config: CsvConfig, control: RunControl
) -> "CsvPreview | None":
    """Look at the first rows of one of several files; called in the worker. None after a stop."""
    from engine import UnpackingStoppedError, inspect_texts

    try:
        return inspect_texts(paths, config, shown, control.proceed)
    except UnpackingStoppedError:
        return None


def list_devices_of_engine() -> "Sequence[DeviceChoice]":
    """Import PyTorch, then NLTK through the engine, and ask for the devices."""
    engine = import_module("engine")
    engine.load_torch_libraries()  # without the lock that the window's thread needs
    choices: Sequence[DeviceChoice] = engine.list_devices()
    _ = engine.build_corpus, engine.train, engine.generate, engine.score  # their modules load
    return choices


def load_with_engine(path: Path, corpus: "Corpus | None") -> "LanguageModel":
    """Read a model; called in the worker, so that PyTorch is loaded there.

    The tutorial's files have no words: those of `corpus` are taken if none lie beside.
    """
    from engine import open_model

    return open_model(path, None if corpus is None else corpus.vocabulary)


def preview_words_with_engine(texts: "Sequence[str]", tokenizer: TokenizerConfig) -> "WordsPreview":
    """Cut some sentences; called in the worker, so that NLTK is loaded there."""
    from engine import preview_words

    return preview_words(texts, tokenizer)


def find_sentences_with_engine(
    corpus: "Corpus",
    text: str,
    *,
    only_unknown: bool,
    only_held_out: bool,
    control: RunControl,
) -> "Sequence[int] | None":
    """Look for sentences; called in the worker: a large text takes a second."""
    from engine import find_sentences

    return find_sentences(
        corpus, text, only_unknown=only_unknown, only_held_out=only_held_out, control=control
    )


def sample_path_of_engine() -> Path:
    """Return where the sample comments are."""
    from engine import sample_comments_path

    return sample_comments_path()


def save_with_engine(model: "LanguageModel", path: Path) -> bool:
    """Write a model; called in the worker, so that PyTorch is loaded there.

    Return whether it can be opened again, or was written for other programs.
    """
    from engine import can_be_opened, write_model

    write_model(model, path)
    return can_be_opened(path)


def time_one_step_with_engine(
    control: RunControl, word_dim: int, hidden_dim: int
) -> "Iterator[Event]":
    """Time one step; called in the worker, so that PyTorch is loaded there."""
    from engine import time_one_step

    return time_one_step(control, word_dim=word_dim, hidden_dim=hidden_dim)


@dataclass(frozen=True, slots=True, kw_only=True)
class Jobs:
    """The kept runs, the engine's functions and the person's answers; every controller has it."""

    runs: "RunStore"
    inspect: Inspect = inspect_with_engine
    inspect_several: InspectSeveral = inspect_several_with_engine
    build: "Callable[[CorpusConfig, RunControl], Iterator[Event]]" = build_with_engine
    preview_words: "Callable[[Sequence[str], TokenizerConfig], WordsPreview]" = (
        preview_words_with_engine
    )
    find_sentences: "Callable[..., Sequence[int] | None]" = find_sentences_with_engine
    open_prepared: "Callable[[CorpusConfig, str, RunControl], Corpus | None]" = (
        open_prepared_with_engine
    )
    list_prepared: "Callable[[], CachedCorpora]" = list_prepared_with_engine
    clear_prepared: "Callable[[], ClearedCorpora]" = clear_prepared_with_engine
    train_command: "Callable[[RunInfo], str]" = train_command_of_engine
    sample_path: Callable[[], Path] = sample_path_of_engine
    estimate_epoch: "Callable[[Corpus, ModelConfig, TrainConfig, RunControl], Iterator[Event]]" = (
        estimate_with_engine
    )
    count_references: "Callable[[Corpus, RunControl], Iterator[Event]]" = count_with_engine
    recipe_defaults: "Callable[[str, int | None, int, int | None], RecipeDefaults]" = (
        defaults_of_engine
    )
    entropy: "Callable[[CorpusSummary, Sequence[str]], float | None]" = entropy_of_engine
    check_gradients: Tool = check_gradients_with_engine
    time_one_step: "Callable[[RunControl, int, int], Iterator[Event]]" = time_one_step_with_engine
    generate: "Callable[[LanguageModel, SampleConfig, RunControl], Iterator[Event]]" = (
        generate_with_engine
    )
    score: "Callable[..., Iterator[Event]]" = score_with_engine
    score_sentences: "Callable[..., Iterator[Event]]" = score_sentences_with_engine
    score_list: "Callable[..., Iterator[StageProgress | CandidatesScored]]" = score_list_with_engine
    score_file: "Callable[..., Iterator[StageProgress | FileScored]]" = score_file_with_engine
    next_words: "Callable[[LanguageModel, SampleConfig, int, str], Iterator[NextWords]]" = (
        next_words_with_engine
    )
    complete: "Callable[[LanguageModel, str], Iterator[str]]" = complete_with_engine
    score_held_out: "Callable[..., Iterator[StageProgress | HeldOutScores]]" = (
        score_held_out_with_engine
    )
    best_replacement: "Callable[..., Iterator[Event]]" = best_replacement_with_engine
    score_by_table: "Callable[..., Iterator[Event | TableSaid]]" = score_by_table_with_engine
    mix: "Callable[..., Iterator[Event | ModelMixed]]" = mix_with_engine
    find_copies: "Callable[..., Iterator[CopiesFound]]" = find_copies_with_engine
    load: "Callable[[Path, Corpus | None], LanguageModel]" = load_with_engine
    save: "Callable[[LanguageModel, Path], bool]" = save_with_engine  # whether it holds all
    list_devices: "Callable[[], Sequence[DeviceChoice]]" = list_devices_of_engine

    # Of the person; None: the controller asks with its own dialog.
    ask_csv_paths: Callable[[str], Sequence[Path]] | None = None
    ask_text_folder: Callable[[str], Path | None] | None = None
    ask_where_it_is: Callable[[str], Path | None] | None = None  # a recent file that is gone
    ask_refused_rows_path: AskSavePath | None = None
    ask_sentences_path: AskSavePath | None = None
    ask_list_path: Callable[[str], Path | None] | None = None  # to rank or to score
    ask_scores_path: AskSavePath | None = None
    model_dialogs: ModelQuestions | None = None
    training_dialogs: TrainingQuestions | None = None
    runs_dialogs: RunsQuestions | None = None
    ask_unsaved_at_close: Callable[[], UnsavedAnswer] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvInspected:
    """A file's first rows were read."""

    preview: "CsvPreview"


def inspected(look: "Callable[[], CsvPreview | None]") -> Iterator[CsvInspected]:
    """Look at a file's first rows, as a job; it reports nothing after a stop."""
    preview = look()
    if preview is not None:
        yield CsvInspected(preview=preview)


def adapted(corpus: "Corpus", former: CorpusConfig, config: CorpusConfig) -> "Iterator[Event]":
    """Give a corpus another vocabulary size or split, as a job: nothing is tokenised again."""
    if config.vocabulary_size != former.vocabulary_size:
        corpus = corpus.with_vocabulary_size(config.vocabulary_size)
    if config.validation_fraction != former.validation_fraction:
        corpus = corpus.with_validation_fraction(config.validation_fraction, config.seed)
    yield CorpusReady(corpus=corpus)


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusMade:
    """The corpus of a run is ready, and this is what makes it again."""

    corpus: "Corpus"
    config: CorpusConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResumed:
    """A kept run goes on with these settings."""

    model: ModelConfig
    train: TrainConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingChoices:
    """Everything that the form says."""

    model: ModelConfig
    train: TrainConfig


def resumed_events(
    jobs: Jobs,
    run_id: str,
    present: "tuple[Corpus, CorpusConfig] | None",
    control: RunControl,
    *,
    epochs: int | None = None,
) -> "Iterator[Event | CorpusMade | RunResumed]":
    """Prepare the run's text again unless it is the `present` one, then go on with the run."""
    config = jobs.runs.corpus_config(run_id)
    corpus = present[0] if present is not None and is_same_corpus(present[1], config) else None
    if corpus is None:
        corpus = jobs.open_prepared(config, jobs.runs.info(run_id).text_digest, control)
        if corpus is not None:
            yield CorpusMade(corpus=corpus, config=config)
    if corpus is None:
        for event in jobs.build(config, control):
            if isinstance(event, CorpusReady):
                corpus = event.corpus
                yield CorpusMade(corpus=corpus, config=config)
            else:
                yield event
    if corpus is not None:  # not stopped meanwhile
        for event in jobs.runs.resume(run_id, corpus, control, epochs=epochs):
            yield event
            if isinstance(event, TrainingStarted):
                yield from _settings_of(jobs.runs, run_id, event)


def told_events(
    job: "Callable[[], Iterator[Event | CorpusMade | RunResumed]]",
    generate: "Callable[[LanguageModel, SampleConfig, RunControl], Iterator[Event]]",
    control: RunControl,
) -> "Iterator[Event | CorpusMade | RunResumed]":
    """Yield a training's events, and after each evaluation one sentence that it can say by now.

    Always of the same seed: what changes from one to the next is the network's doing.
    """
    is_due = False
    for event in job():
        yield event
        is_due = is_due or isinstance(event, EpochDone)
        if is_due and isinstance(event, SnapshotPublished):
            is_due = False
            with suppress(EngineError):  # it is a help to see; the training goes on without
                yield from generate(event.model, ONE_SENTENCE, control)


def _settings_of(runs: "RunStore", run_id: str, text: TrainingStarted) -> Iterator[RunResumed]:
    """Read what holds from now on; a run whose settings cannot be read goes on without.

    What the recipe decided for this text stays open for the next one.
    """
    from engine import unsettled, unsettled_model

    with suppress(RunError):
        info = runs.info(run_id)
        train = unsettled(info.train_config, text.words, text.word_dim, hidden_dim=text.hidden_dim)
        model = unsettled_model(info.model_config, train.recipe, text.words, text.word_dim)
        yield RunResumed(model=model, train=train)


def is_same_corpus(one: CorpusConfig, other: CorpusConfig) -> bool:
    """Tell whether both make the same corpus; the file itself is checked by the engine."""
    return _absolute(one) == _absolute(other)


def _absolute(config: CorpusConfig) -> CorpusConfig:
    return replace(config.absolute(), processes=None)
