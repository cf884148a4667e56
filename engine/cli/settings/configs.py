"""From arguments to the records of a job, and from the records of a run back to arguments.

`main` has the arguments; `train_records` and `train_values` undo each other.
"""

import re
from argparse import Namespace
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from engine.cli.settings.options import SETTINGS
from engine.config import CorpusConfig, CsvConfig, ModelConfig, TokenizerConfig, TrainConfig
from engine.errors import ConfigError

_WITH_CASE = ("words", "characters")  # the tokenizers that can keep capitals or not
_ESCAPES = re.compile(r"\\(t|n|x[0-9a-fA-F]{2})")  # as a delimiter may be typed


def is_standard_input(path: Path) -> bool:
    """Tell whether a text is to come on standard input: its name is a dash."""
    return str(path) == "-"


def file_config(arguments: Namespace) -> CorpusConfig:
    """Return how the file is to be read; words and vocabulary are the command's own."""
    if not arguments.csv:
        raise ConfigError("Say which text: the name of a CSV file, or path in the --config FILE.")
    path, *others = arguments.csv
    if others and any(map(is_standard_input, arguments.csv)):
        raise ConfigError("Standard input (-) is a text of its own: give it without other files.")
    csv = _set(CsvConfig, arguments) | {"delimiter": _delimiter(arguments.delimiter)}
    return CorpusConfig(
        path=path,
        others=tuple(others),
        csv=CsvConfig(columns=tuple(arguments.column or ()), **csv),
        seed=getattr(arguments, "seed", 0),
        **_set(CorpusConfig, arguments),
    )


def _set(record: type[Any], arguments: Namespace) -> dict[str, Any]:
    """Return the fields of a record that the options of a command set."""
    found = [each for each in SETTINGS if each.record is record and hasattr(arguments, each.name)]
    values = {each.field: getattr(arguments, each.name) for each in found}
    return values | {each.field: bool(values[each.field]) for each in found if each.is_switch}


class TrainRecords(NamedTuple):
    """All settings of one run."""

    corpus: CorpusConfig
    model: ModelConfig
    train: TrainConfig


def train_records(arguments: Namespace) -> TrainRecords:
    """Return the settings of a training run."""
    seed = arguments.seed
    corpus = replace(
        file_config(arguments),
        tokenizer=tokenizer_config(arguments),
        seed=seed if arguments.split_seed is None else arguments.split_seed,
    )
    model = ModelConfig(seed=seed, **_set(ModelConfig, arguments))
    order_seed = seed if arguments.order_seed is None else arguments.order_seed
    return TrainRecords(corpus, model, TrainConfig(seed=order_seed, **_set(TrainConfig, arguments)))


def train_values(records: TrainRecords) -> dict[str, object]:
    """Return what `train_records` reads the same settings from: values by argument."""
    corpus, model, train = records
    csv, tokenizer = corpus.csv, corpus.tokenizer
    of_class = {type(each): each for each in (corpus, csv, tokenizer, model, train)}
    values = {each.name: getattr(of_class[each.record], each.field) for each in SETTINGS}
    return {
        "csv": list(corpus.paths),
        "column": list(csv.columns) or None,
        **values,
        **{each.name: values[each.name] or None for each in SETTINGS if each.is_switch},
        "delimiter": None if csv.delimiter is None else _typed_delimiter(csv.delimiter),
        "lower_case": (tokenizer.lower_case and tokenizer.name in _WITH_CASE) or None,
        "seed": model.seed,
        "split_seed": None if corpus.seed == model.seed else corpus.seed,
        "order_seed": None if train.seed == model.seed else train.seed,
    }


def tokenizer_config(arguments: Namespace) -> TokenizerConfig:
    """Return how words are to be found."""
    if arguments.lower_case and arguments.tokenizer not in _WITH_CASE:
        raise ConfigError(
            "--lower-case goes with --tokenizer words or characters; the others have their own."
        )
    return TokenizerConfig(**_set(TokenizerConfig, arguments))


def _delimiter(typed: str | None) -> str | None:
    r"""Return a delimiter with a tab for \\t, a line end for \\n, and others for their number."""
    if typed is None:
        return None
    return _ESCAPES.sub(
        lambda found: {"t": "\t", "n": "\n"}.get(found[1]) or chr(int(found[1][1:], 16)), typed
    )


def _typed_delimiter(delimiter: str) -> str:
    """Return a delimiter as `_delimiter` reads it."""
    named = {"\t": "\\t", "\n": "\\n"}
    return "".join(
        named.get(each) or (each if each.isprintable() and each != "\\" else f"\\x{ord(each):02x}")
        for each in delimiter
    )
