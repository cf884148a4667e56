"""From arguments to the records of a job, and from the records of a run back to arguments.

`main` has the arguments; `train_records` and `train_values` undo each other.
"""

import re
from argparse import Namespace
from dataclasses import fields, replace
from pathlib import Path
from typing import NamedTuple

from engine.config import CorpusConfig, CsvConfig, ModelConfig, TokenizerConfig, TrainConfig
from engine.errors import ConfigError
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
    return CorpusConfig(
        path=path,
        others=tuple(others),
        bad_files=arguments.bad_files,
        csv=CsvConfig(
            columns=tuple(arguments.column or ()),
            has_header=arguments.header,
            encoding=arguments.encoding,
            delimiter=_delimiter(arguments.delimiter),
            skip_rows=arguments.skip_rows,
            quoting=arguments.quoting,
            sheet=arguments.sheet,
            documents=arguments.documents,
            decode_entities=bool(arguments.decode_entities),
            bad_rows=arguments.bad_rows,
        ),
        remove_duplicates=bool(arguments.remove_duplicates),
        seed=getattr(arguments, "seed", 0),
        processes=arguments.processes,
    )


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
        vocabulary_size=arguments.vocabulary_size,
        min_count=arguments.min_count,
        counted=arguments.counted,
        validation_fraction=arguments.validation_fraction,
        seed=split_seed,
    )
    model = ModelConfig(
        hidden_dim=arguments.hidden_dim,
        bptt_truncate=arguments.bptt_truncate,
        dtype=arguments.dtype,
        device=arguments.device,
        seed=seed,
    )
    train = TrainConfig(
        recipe=arguments.recipe,
        learning_rate=arguments.learning_rate,
        batch_size=arguments.batch_size,
        clip_norm=arguments.clip_norm,
        epochs=arguments.epochs,
        time_limit_s=arguments.time_limit,
        evaluate_every=arguments.evaluate_every,
        seed=seed if arguments.order_seed is None else arguments.order_seed,
        allow_tf32=bool(arguments.tf32),
        **{field.name: getattr(arguments, field.name) for field in fields(Tuning)},
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
        "encoding": csv.encoding,
        "delimiter": None if csv.delimiter is None else _typed_delimiter(csv.delimiter),
        "skip_rows": csv.skip_rows,
        "quoting": csv.quoting,
        "sheet": csv.sheet,
        "documents": csv.documents,
        "decode_entities": csv.decode_entities or None,
        "bad_rows": csv.bad_rows,
        "remove_duplicates": corpus.remove_duplicates or None,
        "tokenizer": tokenizer.name,
        "language": tokenizer.language,
        "lower_case": (tokenizer.lower_case and tokenizer.name in _WITH_CASE) or None,
        "merge_numbers": tokenizer.merge_numbers or None,
        "merge_links": tokenizer.merge_links or None,
        "sentence_ends": tokenizer.sentence_ends,
        "unknown_word": tokenizer.unknown_word,
        "vocabulary_size": corpus.vocabulary_size,
        "min_count": corpus.min_count,
        "counted": corpus.counted,
        "validation_fraction": corpus.validation_fraction,
        "hidden_dim": model.hidden_dim,
        "bptt_truncate": model.bptt_truncate,
        "dtype": model.dtype,
        "device": model.device,
        "tf32": train.allow_tf32 or None,
        "recipe": train.recipe,
        "learning_rate": train.learning_rate,
        "batch_size": train.batch_size,
        "clip_norm": train.clip_norm,
        **{field.name: getattr(train, field.name) for field in fields(Tuning)},
        "epochs": train.epochs,
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
    return TokenizerConfig(
        name=name,
        language=arguments.language,
        lower_case=bool(arguments.lower_case),
        merge_numbers=bool(arguments.merge_numbers),
        merge_links=bool(arguments.merge_links),
        sentence_ends=arguments.sentence_ends,
        unknown_word=arguments.unknown_word,
    )


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
