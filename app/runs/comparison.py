"""Kept runs side by side: the best first, the settings that differ, and what to beware of."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.runs.table import numbered_names
from app.shared.formatting import (
    NOT_KNOWN,
    format_count,
    format_duration,
    format_epoch,
    format_loss,
    format_percent,
    perplexity_of_loss,
)
from engine import RunCurve, describe_tokenizer, know_the_same_words

if TYPE_CHECKING:
    from engine import RunInfo

VOCABULARY_WARNING = (
    "These runs know different words. Their losses and perplexities cannot be compared and are "
    "left out: the fewer words a network knows, the easier its task is. A curve here only shows "
    "how its own run went."
)
SPLIT_WARNING = (
    "These runs hold out different documents. Small differences between their held-out losses "
    "mean nothing."
)

_NAMES = {  # a setting without a name here is called as the engine calls it
    "hidden_dim": "Hidden units",
    "bptt_truncate": "Steps back in time",
    "dtype": "Number format",
    "device": "Device",
    "seed": "Seed",
    "recipe": "Recipe",
    "learning_rate": "Learning rate",
    "batch_size": "Sentences per step",
    "epochs": "Epochs to train",
    "time_limit_s": "Time limit, seconds",
    "evaluate_every": "Epochs between evaluations",
    "clip_norm": "Largest gradient norm (of the mean loss per word)",
    "allow_tf32": "TF32 on the GPU",
    "unigram_start": "Starts with how common words are",
    "adam_epsilon": "Adam’s epsilon",
    "weight_decay": "Weight decay",
    "input_dropout": "Dropout at the input",
    "output_dropout": "Dropout at the output",
    "softmax_sample": "Words in a step’s softmax",
    "label_smoothing": "Label smoothing",
    "min_improvement": "Halved below, nats",
    "averaging": "Weight of the averaged parameters",
    "bad_files": "Damaged files",
    "skip_rows": "Lines above the table",
    "sheet": "Sheet",
    "path": "File",
    "others": "Further files",
    "vocabulary_size": "Largest vocabulary",
    "min_count": "Known from, times",
    "counted": "Words counted in",
    "validation_fraction": "Share held out",
    "remove_duplicates": "Duplicates removed",
    "columns": "Text columns",
    "has_header": "Header row",
    "encoding": "Encoding",
    "delimiter": "Delimiter",
    "quoting": "Quotes",
    "documents": "A document is",
    "decode_entities": "HTML entities decoded",
    "bad_rows": "Damaged rows",
}
_NOT_COMPARED = {"csv", "tokenizer", "processes"}  # on lines of their own, or the machine's

_OWN = "the recipe’s own"
MOST_CURVES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedRow:
    """One line: a setting or a result, and its value in each run."""

    name: str
    values: tuple[str, ...]
    is_result: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RunComparison:
    """Runs side by side."""

    names: tuple[str, ...]  # the best first, where the losses can be compared
    rows: tuple[ComparedRow, ...]  # the results, then the settings that differ
    warnings: tuple[str, ...]
    headline: str = ""  # which is the best, in a sentence
    curves: tuple[RunCurve, ...] = field(default=())  # in the order of `names`, with short names


def compare_runs(runs: "Sequence[RunInfo]", curves: Sequence[RunCurve] = ()) -> RunComparison:
    """Return the results of `runs`, the best first, and the settings that are not the same in all.

    Parameters
    ----------
    curves : sequence of RunCurve
        One for each run, in their order; without it only the newest losses are known.
    """
    curves = curves or [RunCurve(run_id=run.run_id, name=run.name) for run in runs]
    pairs = list(zip(runs, curves, strict=True))
    is_comparable = know_the_same_words(runs)
    if is_comparable:
        pairs.sort(key=lambda pair: _best_loss(*pair))
    runs, curves = [run for run, _ in pairs], [curve for _, curve in pairs]
    settings = [_settings(run) for run in runs]
    of_settings = dict.fromkeys(name for each in settings for name in each)
    rows = [
        ComparedRow(name=name, values=tuple(each.get(name, NOT_KNOWN) for each in settings))
        for name in of_settings
    ]
    names = numbered_names(runs)
    differing = [row for row in rows if len(set(row.values)) > 1]
    short = _short_names(runs)
    return RunComparison(
        names=tuple(names[run.run_id] for run in runs),
        rows=(*_results(pairs, is_comparable=is_comparable), *differing),
        warnings=tuple(_warnings(runs)),
        headline=_headline(pairs, names) if is_comparable else "",
        curves=tuple(replace(curve, name=name) for curve, name in zip(curves, short, strict=True)),
    )


def _best_loss(run: "RunInfo", curve: RunCurve) -> float:
    if curve.best is not None:
        return curve.losses[curve.best]
    return math.inf if run.best_loss is None else run.best_loss


def _short_names(runs: "Sequence[RunInfo]") -> list[str]:
    """Return for each run what tells it from the others: its own name, or what differs."""
    common = set.intersection(*(set(run.differs) for run in runs)) if runs else set()
    are_of_one_text = len({run.corpus_name for run in runs}) == 1
    names = [
        ", ".join(each for each in run.differs if each not in common) or "defaults"
        if are_of_one_text and run.has_made_name
        else run.name
        for run in runs
    ]
    return [
        f"{name} ({names[: place + 1].count(name)})" if names.count(name) > 1 else name
        for place, name in enumerate(names)
    ]


def _headline(pairs: "Sequence[tuple[RunInfo, RunCurve]]", names: dict[str, str]) -> str:
    """Say which run is the best, where that is known, and by how much."""
    losses = [_best_loss(*pair) for pair in pairs]
    (run, curve), best = pairs[0], losses[0]
    if not math.isfinite(best):
        return ""
    where = f" at epoch {curve.epochs[curve.best]:.4g}" if curve.best is not None else ""
    ahead = losses[1] - best if len(losses) > 1 else math.inf
    rest = f"; the next is {ahead:.3f} higher" if math.isfinite(ahead) else ""
    if ahead == 0.0:
        rest = "; the next is equal"
    return f"Best: {names[run.run_id]}, {format_loss(best)} nats per word{where}{rest}."


def _settings(run: "RunInfo") -> dict[str, str]:
    found = {"Text": run.corpus_name, "Content of the text": run.text_digest[:8] or NOT_KNOWN}
    words = run.vocabulary_size
    found["Words known"] = NOT_KNOWN if words is None else format_count(words)
    if run.corpus_config is not None:
        found |= _named(run.corpus_config.to_json(), "text")
        found |= _named(run.corpus_config.csv.to_json(), "text")
        found["Words"] = describe_tokenizer(run.corpus_config.tokenizer)
    found |= _named(run.model_config.to_json(), "network")
    return found | _named(run.train_config.to_json(), "training")


def _named(values: dict[str, object], of: str) -> dict[str, str]:
    return {
        _title(name, of): _text(name, value, of)
        for name, value in values.items()
        if name not in _NOT_COMPARED
    }


def _title(name: str, of: str) -> str:
    if name == "seed":
        return f"Seed of the {of}"
    return _NAMES.get(name) or name.replace("_", " ").capitalize()


def _text(name: str, value: object, of: str) -> str:
    if value is None:
        is_own = of in ("training", "network") and name != "time_limit_s"
        return _OWN if is_own else "detected or none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or ("guessed" if name == "columns" else "none")
    if name == "path":
        return Path(str(value)).name
    if name == "validation_fraction" and isinstance(value, float):
        return format_percent(value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _results(
    pairs: "Sequence[tuple[RunInfo, RunCurve]]", *, is_comparable: bool
) -> list[ComparedRow]:
    def row(name: str, values: Sequence[str]) -> ComparedRow:
        return ComparedRow(name=name, values=tuple(values), is_result=True)

    runs = [run for run, _ in pairs]
    course = [
        row("Epochs done", [format_epoch(run.epoch) for run in runs]),
        row("Length", [format_duration(run.elapsed_s) for run in runs]),
        row("Training began", [f"{run.started.astimezone():%Y-%m-%d %H:%M}" for run in runs]),
    ]
    if not is_comparable:
        return course
    losses = [_best_loss(*pair) for pair in pairs]
    is_held_out = any(run.validation_loss is not None for run in runs)
    of_best = [
        (None, None)
        if curve.best is None
        else (curve.epochs[curve.best], curve.training_losses[curve.best])
        for _, curve in pairs
    ]
    lines = [
        row(
            "Best held-out loss" if is_held_out else "Best loss, nothing is held out",
            [_compared(loss, losses[0]) for loss in losses],
        ),
        row("Perplexity there", [perplexity_of_loss(loss) for loss in losses]),
        row("At epoch", [NOT_KNOWN if at is None else format_epoch(at) for at, _ in of_best]),
        row("Training loss there", [format_loss(loss) for _, loss in of_best]),
        row("Held-out loss at the end", [format_loss(run.validation_loss) for run in runs]),
    ]
    return [each for each in lines if set(each.values) != {NOT_KNOWN}] + course


def _compared(loss: float, best: float) -> str:
    """Return a loss and how far it is from the best, such as "4.931 (+0.119)"."""
    if not math.isfinite(loss):
        return NOT_KNOWN
    return f"{format_loss(loss)} ◆" if loss <= best else f"{format_loss(loss)} (+{loss - best:.3f})"


def _warnings(runs: "Sequence[RunInfo]") -> list[str]:
    if not know_the_same_words(runs):
        return [VOCABULARY_WARNING]
    return [SPLIT_WARNING] if len({_split(run) for run in runs}) > 1 else []


def _split(run: "RunInfo") -> object:
    config = run.corpus_config
    return None if config is None else (config.validation_fraction, config.seed)
