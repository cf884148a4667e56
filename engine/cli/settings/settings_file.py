"""The settings of a run as a TOML file: `train --config FILE` reads it, `--print-config` writes it.

The sections are the records of `engine.config`, the keys their fields. What is left out is as by
default. The file names every field; one that is left open stands in it as a comment.
"""

import difflib
import json
import tomllib
from argparse import Namespace
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from engine.cli.settings.configs import TrainRecords, train_records, train_values
from engine.cli.terminal.output import Output
from engine.config import CorpusConfig, CsvConfig, ModelConfig, TokenizerConfig, TrainConfig
from engine.errors import ConfigError, ModelFileError
from engine.files.atomic import explain_os_error
from engine.files.records import record_from_json

_LARGEST = 1 << 20  # bytes
_HEAD = """\
# The settings of one run of RNN Text Lab. To train with them:
#     python -m engine train --config FILE --keep-run
# A setting that is left out, or a comment, is as by default; a path is relative to this file.
"""
# Each section and what it holds; those within "text" are records of their own.
_SECTIONS: dict[str, type[Any]] = {
    "text": CorpusConfig,
    "text.reading": CsvConfig,
    "text.words": TokenizerConfig,
    "network": ModelConfig,
    "training": TrainConfig,
}
_NOT_SETTINGS = {"csv", "tokenizer", "processes"}  # sections of their own, and the machine's
_LEFT_OPEN = {
    "text.reading": "detected",
    "training": "the recipe's own, by the size of the text",
    "time_limit_s": "no limit",
}


def settings_text(records: TrainRecords, *, has_path: bool = True) -> str:
    """Return the settings as a file that `read_settings` reads.

    Parameters
    ----------
    has_path : bool
        Whether the text is known; otherwise its line is a comment to fill in.
    """
    corpus, model, train = records
    of_section = {
        "text": corpus.absolute() if has_path else corpus,
        "text.reading": corpus.csv,
        "text.words": corpus.tokenizer,
        "network": model,
        "training": train,
    }
    lines = [_HEAD.rstrip()]
    for section, record in of_section.items():
        lines += ["", f"[{section}]"]
        values = record.to_json()
        for name in _keys(section):
            is_open = values[name] is None or (name == "path" and not has_path)
            if is_open:
                why = _LEFT_OPEN.get(name) or _LEFT_OPEN.get(section, "")
                lines.append(f'# {name} = "…"' if name == "path" else f"# {name}: {why}")
            else:
                lines.append(f"{name} = {_toml(values[name])}")
    return "\n".join(lines) + "\n"


def read_settings(path: Path) -> dict[str, object]:
    """Return what a file of settings says, as values by argument of `train`.

    Raises
    ------
    ConfigError
        If it cannot be read, or holds what is no setting.
    """
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
        if len(data) > _LARGEST:
            raise ConfigError(f"{path} is too large for a file of settings.")
        tables = tomllib.loads(data.decode("utf-8-sig"))
    except FileNotFoundError as error:
        raise ConfigError(f"There is no file {path}. Choose another one.") from error
    except OSError as error:
        raise ConfigError(
            f"The settings in {path} cannot be read, because {explain_os_error(error)}."
        ) from error
    except (ValueError, RecursionError) as error:  # of tomllib, or no UTF-8
        raise ConfigError(f"{path} is not a TOML file of settings: {error}.") from error
    found = _tables(tables, path)
    has_path = "path" in found["text"]
    text = {"path": "."} | found["text"]
    values = {
        "csv": found["text.reading"],
        "tokenizer": {"lower_case": False} | found["text.words"],  # as where nothing is typed
    }
    corpus = _record(CorpusConfig, text | values, "text", path)
    corpus = corpus.at([path.absolute().parent / each for each in corpus.paths])
    model = _record(ModelConfig, found["network"], "network", path)
    train = _record(TrainConfig, found["training"], "training", path)
    arguments = train_values(TrainRecords(corpus, model, train))
    return arguments if has_path else arguments | {"csv": []}


def print_settings(arguments: Namespace) -> None:
    """Write the settings that the arguments say to standard output."""
    has_path = bool(arguments.csv)
    if not has_path:
        arguments.csv = [Path()]
    records = train_records(arguments)
    corpus = replace(records.corpus, processes=None).to_json()
    values = {
        "event": "settings",
        "text": corpus if has_path else corpus | {"path": None},
        "network": records.model.to_json(),
        "training": records.train.to_json(),
    }
    text = settings_text(records, has_path=has_path).rstrip("\n")
    Output(as_json=arguments.json).answer(values, text)


def _keys(section: str) -> list[str]:
    names = [field.name for field in fields(_SECTIONS[section])]
    return [name for name in names if name not in _NOT_SETTINGS]


def _tables(tables: Mapping[str, Any], path: Path) -> dict[str, dict[str, Any]]:
    """Return the settings of each section; raise for what is none."""
    found: dict[str, dict[str, Any]] = {section: {} for section in _SECTIONS}
    of_text = {section.partition(".")[2] for section in _SECTIONS if "." in section}
    for section, values in tables.items():
        if section not in found or not isinstance(values, dict):
            raise ConfigError(f"{path} has '{section}', {_meant(section, found)}")
        for name, value in values.items():
            if section == "text" and name in of_text and isinstance(value, dict):
                for inner, its_value in value.items():
                    _put(found, f"text.{name}", inner, its_value, path)
            else:
                _put(found, section, name, value, path)
    return found


def _put(
    found: dict[str, dict[str, Any]], section: str, name: str, value: object, path: Path
) -> None:
    names = _keys(section)
    if name not in names:
        raise ConfigError(f"[{section}] of {path} has '{name}', {_meant(name, names)}")
    found[section][name] = value


def _meant(name: str, known: Any) -> str:
    """Return the end of a sentence about a name that is none of the `known`."""
    near = difflib.get_close_matches(name, known, n=1)
    listed = f"did you mean '{near[0]}'?" if near else f"known are {', '.join(known)}."
    return f"which is not a setting: {listed}"


def _record(kind: type[Any], values: object, section: str, path: Path) -> Any:
    try:
        return record_from_json(kind, values)
    except ModelFileError as error:
        reason = str(error).removeprefix(f"its {kind.__name__} cannot be used: ")
        raise ConfigError(f"[{section}] of {path} cannot be used: {reason}.") from error


def _toml(value: object) -> str:
    """Return a value as TOML writes it; what JSON writes differs in one letter alone."""
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return json.dumps(value)
