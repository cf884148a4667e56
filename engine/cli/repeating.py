"""What repeats a kept run: the line to type, and the file of its settings."""

import os
import shlex
import subprocess
from collections.abc import Iterator
from dataclasses import replace

from engine.cli.main import build_parser
from engine.cli.settings.configs import TrainRecords, train_values
from engine.cli.settings.settings_file import settings_text
from engine.errors import RunError
from engine.recipes import unsettled, unsettled_model
from engine.runs.info import RunInfo
from engine.runs.naming import explicit


def train_command(run: RunInfo) -> str:
    """Return the `train` line that repeats a run exactly, to be typed in a terminal.

    Only what is not as by default is in it; a setting that the recipe chose for the text is not.

    Raises
    ------
    RunError
        If the run began with a trained model, its learning rate was changed on the way, or its
        description is damaged.
    """
    words = ["python", "-m", "engine", *train_arguments(run), "--keep-run"]
    return subprocess.list2cmdline(words) if os.name == "nt" else shlex.join(words)


def run_settings(run: RunInfo) -> str:
    """Return a run's settings as the file that `train --config` reads; raises as the line does."""
    return settings_text(_records(run))


def train_arguments(run: RunInfo) -> list[str]:
    """Return the arguments of `train_command`, the command first."""
    records = _records(run)
    return ["train", *map(str, records.corpus.paths), *_options(train_values(records))]


def _records(run: RunInfo) -> TrainRecords:
    if run.corpus_config is None or run.problem:
        raise RunError(f"The settings of {run.name} are damaged: nothing can repeat it.")
    if run.is_continued:
        raise RunError(
            f"{run.name} began with a model that was trained before, so that no settings alone "
            "can repeat it."
        )
    if run.has_changed_rate:
        raise RunError(
            f"The learning rate of {run.name} was changed on the way, so that no settings alone "
            "can repeat it. To train with its present settings from the start, open it and press "
            "New run."
        )
    corpus = replace(run.corpus_config.absolute(), processes=None)
    train, model = explicit(run.train_config), run.model_config
    if (words := run.training_words) is not None:
        C = run.vocabulary_size or 0
        train = unsettled(train, words, C, hidden_dim=model.units)
        model = unsettled_model(model, train.recipe, words, C)
    return TrainRecords(corpus, model, train)


def _options(values: dict[str, object]) -> Iterator[str]:
    """Yield the options of what is not as by default, as one would type them."""
    defaults = build_parser().parse_args(["train"])
    for name, value in values.items():
        if name == "csv" or value is None or value == getattr(defaults, name):
            continue
        option = f"--{name.replace('_', '-')}"
        if isinstance(value, bool):
            yield option if value else f"--no-{option.removeprefix('--')}"
            continue
        for each in value if isinstance(value, list) else [value]:
            text = repr(each) if isinstance(each, float) else str(each)
            yield from [f"{option}={text}"] if text.startswith("-") else [option, text]
