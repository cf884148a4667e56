"""From arguments to the records of a job, and from the records of a run back to arguments.

`main` has the arguments; `train_records` and `train_values` undo each other.
"""

import re
from argparse import Namespace
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, NamedTuple

from engine.config import CorpusConfig, CsvConfig, ModelConfig, TokenizerConfig, TrainConfig
from engine.errors import ConfigError
from engine.files.records import JsonRecord
from engine.recipes import Tuning

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
    alike = _alike(CsvConfig, arguments)
    alike["delimiter"] = _delimiter(arguments.delimiter)
    alike["decode_entities"] = bool(arguments.decode_entities)
    return CorpusConfig(
        path=path,
        others=tuple(others),
        bad_files=arguments.bad_files,
        csv=CsvConfig(columns=tuple(arguments.column or ()), has_header=arguments.header, **alike),
        remove_duplicates=bool(arguments.remove_duplicates),
        seed=getattr(arguments, "seed", 0),
        processes=arguments.processes,
    )


# The fields that an argument of the same name sets, of each record.
_ALIKE: dict[type[JsonRecord], tuple[str, ...]] = {
    CorpusConfig: ("vocabulary_size", "min_count", "counted", "validation_fraction"),
    CsvConfig: (
        "encoding",
        "delimiter",
        "skip_rows",
        "quoting",
        "sheet",
        "documents",
        "decode_entities",
        "bad_rows",
    ),
    TokenizerConfig: (
        "language",
        "lower_case",
        "merge_numbers",
        "merge_links",
        "sentence_ends",
        "unknown_word",
    ),
    ModelConfig: ("hidden_dim", "bptt_truncate", "dtype", "device"),
    TrainConfig: (
        "recipe",
        "learning_rate",
        "batch_size",
        "clip_norm",
        *(field.name for field in fields(Tuning)),
        "epochs",
    ),
}


def _alike(kind: type[JsonRecord], source: Namespace | JsonRecord) -> dict[str, Any]:
    """Return these fields of a record of class `kind` from arguments, or from one itself."""
    return {name: getattr(source, name) for name in _ALIKE[kind]}


class TrainRecords(NamedTuple):
    """All settings of one run."""

    corpus: CorpusConfig
    model: ModelConfig
    train: TrainConfig


def train_records(arguments: Namespace) -> TrainRecords:
    """Return the settings of a training run."""
    seed = arguments.seed
    split_seed = seed if arguments.split_seed is None else arguments.split_seed
    corpus = replace(
        file_config(arguments),
        tokenizer=tokenizer_config(arguments),
        seed=split_seed,
        **_alike(CorpusConfig, arguments),
    )
    model = ModelConfig(seed=seed, **_alike(ModelConfig, arguments))
    train = TrainConfig(
        time_limit_s=arguments.time_limit,
        evaluate_every=arguments.evaluate_every,
        seed=seed if arguments.order_seed is None else arguments.order_seed,
        allow_tf32=bool(arguments.tf32),
        **_alike(TrainConfig, arguments),
    )
    return TrainRecords(corpus, model, train)


def train_values(records: TrainRecords) -> dict[str, object]:
    """Return what `train_records` reads the same settings from: values by argument."""
    corpus, model, train = records
    csv, tokenizer = corpus.csv, corpus.tokenizer
    return {
        "csv": list(corpus.paths),
        "bad_files": corpus.bad_files,
        "column": list(csv.columns) or None,
        "header": csv.has_header,
        **_alike(CsvConfig, csv),
        "delimiter": None if csv.delimiter is None else _typed_delimiter(csv.delimiter),
        "decode_entities": csv.decode_entities or None,
        "remove_duplicates": corpus.remove_duplicates or None,
        "tokenizer": tokenizer.name,
        **_alike(TokenizerConfig, tokenizer),
        "lower_case": (tokenizer.lower_case and tokenizer.name in _WITH_CASE) or None,
        "merge_numbers": tokenizer.merge_numbers or None,
        "merge_links": tokenizer.merge_links or None,
        **_alike(CorpusConfig, corpus),
        **_alike(ModelConfig, model),
        "tf32": train.allow_tf32 or None,
        **_alike(TrainConfig, train),
        "time_limit": train.time_limit_s,
        "evaluate_every": train.evaluate_every,
        "seed": model.seed,
        "split_seed": None if corpus.seed == model.seed else corpus.seed,
        "order_seed": None if train.seed == model.seed else train.seed,
    }


def tokenizer_config(arguments: Namespace) -> TokenizerConfig:
    """Return how words are to be found."""
    name = arguments.tokenizer
    if arguments.lower_case and name not in _WITH_CASE:
        raise ConfigError(
            "--lower-case goes with --tokenizer words or characters; the others have their own."
        )
    alike = _alike(TokenizerConfig, arguments)
    are_wished = {
        each: bool(alike[each]) for each in ("lower_case", "merge_numbers", "merge_links")
    }
    return TokenizerConfig(name=name, **alike | are_wished)


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
