"""What the window asks a model about sentences: the engine's functions as jobs.

They are the defaults of `Jobs`, and are imported where they are first used, in the worker.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from engine import CsvConfig, RunControl, SampleConfig

if TYPE_CHECKING:
    from engine import (
        CandidatesScored,
        Copy,
        CopyFinder,
        Corpus,
        Event,
        FileScored,
        HeldOutScores,
        LanguageModel,
        NextWords,
        NGramModel,
        Novelty,
        SentenceScore,
        StageProgress,
        TableScore,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CopiesFound:
    """How much of some sentences is copied from the training text."""

    finder: "CopyFinder"  # for the next ones
    copies: "tuple[Copy, ...]"  # one per sentence
    runs: tuple[tuple[int, ...], ...]  # of each sentence, as `CopyFinder.runs` gives them
    held_out: "Novelty | None"


def find_copies_with_engine(
    corpus: "Corpus",
    finder: "CopyFinder | None",
    sentences: "Sequence[tuple[str, ...]]",
    control: RunControl,
) -> Iterator[CopiesFound]:
    """Look for copied runs, as a job; it reports nothing after a stop."""
    from engine import CopyFinder, held_out_novelty

    finder = CopyFinder(corpus) if finder is None else finder
    copies, runs = [], []
    for words in sentences:
        if not control.proceed():
            return
        copies.append(finder.longest(words))
        runs.append(finder.runs(words))
    held_out = held_out_novelty(corpus, finder)
    yield CopiesFound(finder=finder, copies=tuple(copies), runs=tuple(runs), held_out=held_out)


def complete_with_engine(model: "LanguageModel", text: str) -> Iterator[str]:
    """Suggest what to append; called in the worker, so that PyTorch is loaded there."""
    from engine import complete

    yield complete(model, text)


def next_words_with_engine(
    model: "LanguageModel", settings: SampleConfig, count: int, word: str = ""
) -> "Iterator[NextWords]":
    """Ask what could come next; called in the worker, so that PyTorch is loaded there."""
    from engine import next_words

    yield next_words(model, settings, count, word=word)


def best_replacement_with_engine(
    model: "LanguageModel", text: str | tuple[str, ...], control: RunControl
) -> "Iterator[Event]":
    """Look for a better word; called in the worker, so that PyTorch is loaded there."""
    from engine import best_replacement

    return best_replacement(model, text, control)


def score_held_out_with_engine(
    model: "LanguageModel", corpus: "Corpus", most: int, control: RunControl
) -> "Iterator[StageProgress | HeldOutScores]":
    """Score held-out sentences; called in the worker, so that PyTorch is loaded there."""
    from engine import score_held_out

    return score_held_out(model, corpus, control, most=most)


def score_with_engine(
    model: "LanguageModel", text: str, control: RunControl, words: "Sequence[str] | None" = None
) -> "Iterator[Event]":
    """Score a sentence, or its `words` themselves; called in the worker, with PyTorch there."""
    from engine import score

    yield from score(model, text, control, words=words)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSaid:
    """What a table of word sequences says of a scored sentence."""

    table: "NGramModel"  # for the next ones
    score: "TableScore"


def score_by_table_with_engine(
    model: "LanguageModel",
    corpus: "Corpus",
    table: "NGramModel | None",
    score: "SentenceScore",
    control: RunControl,
) -> "Iterator[Event | TableSaid]":
    """Count a table if there is none yet, and ask it; called in the worker."""
    from engine import count_table, score_by_table

    table = table or (yield from count_table(model, corpus, control))
    if table is not None:
        yield TableSaid(table=table, score=score_by_table(table, model.vocabulary, score))


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelMixed:
    """A model that predicts together with a table of word sequences."""

    model: "LanguageModel"


def mix_with_engine(
    model: "LanguageModel", corpus: "Corpus", control: RunControl
) -> "Iterator[Event | ModelMixed]":
    """Mix a model with a table of its own text; called in the worker."""
    from engine import ConfigError, fit_mixture, split_as_trained, unknown_split

    divided = split_as_trained(model, corpus)
    if divided is None:
        raise ConfigError(f"{unknown_split(corpus)} So nothing tells how to mix it.")
    mixture = yield from fit_mixture(model, divided, control)
    if mixture is not None:
        yield ModelMixed(model=replace(model, mixture=mixture))


def score_sentences_with_engine(
    model: "LanguageModel", sentences: "Sequence[tuple[str, ...]]", control: RunControl
) -> "Iterator[Event]":
    """Score the words of sentences, one after the other; called in the worker."""
    from engine import score

    for words in sentences:
        yield from score(model, " ".join(words), control, words=words)


def score_list_with_engine(
    model: "LanguageModel", source: str | Path, scores: Path | None, control: RunControl
) -> "Iterator[StageProgress | CandidatesScored]":
    """Score the candidates of a text or of a file; `scores` are the list's own, in another."""
    from engine import candidates_of, lines_of, own_scores_in, score_candidates

    own = None if scores is None else own_scores_in(scores)
    lines = lines_of(source) if isinstance(source, Path) else source.split("\n")
    read = candidates_of(lines, own)
    return score_candidates(model, list(read), control)


def score_file_with_engine(
    model: "LanguageModel",
    source: Path,
    config: CsvConfig,
    target: Path,
    per_word: bool,  # noqa: FBT001 - a job's arguments have no names
    control: RunControl,
) -> "Iterator[StageProgress | FileScored]":
    """Score a column into a new file; called in the worker, so that PyTorch is loaded there."""
    from engine import score_file

    return score_file(model, source, config, target, control, per_word=per_word)
