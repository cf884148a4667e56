"""One safe file for a model: parameters, vocabulary, settings and history.

The format is safetensors, version 1. Tensors, with H hidden units, C words,
P points, E evaluations and R halvings:

    U (H, C), V (C, H), W (H, H)                           float32 or float64
    words.text (bytes), words.ends (C - 3), words.counts (C - 3)    without the special tokens
    history.steps, .epochs, .losses, .learning_rates, .elapsed_s    (P,)
    evaluations (E, 8), halvings (R, 3), reasons.text, reasons.ends (R)

The metadata names the format and its version and holds the settings as JSON.
Opening a file runs no code from it: this module knows no pickle.
"""

import json
import math
import platform
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from engine.config import ModelConfig
from engine.corpus.counting.references import ReferenceLosses
from engine.errors import ModelFileError
from engine.files.atomic import write_or_raise
from engine.files.records import parse_json, record_from_json
from engine.files.tensors import Array, Header, TensorFileReader, demand, read_file, write_tensors
from engine.language_model.model import LanguageModel
from engine.language_model.parts import (
    REAL,
    demand_layout,
    demand_usable,
    history_to_metadata,
    history_to_tensors,
    read_history,
    read_vocabulary,
    settings_from_json,
    settings_to_json,
    text_layout,
    vocabulary_size,
    vocabulary_to_tensors,
)
from engine.network.rnn import RNN

FORMAT = "rnn-text-lab-model"
VERSION = 1
SUFFIX = ".safetensors"

_LIBRARIES = ("rnn-text-lab", "torch", "numpy", "nltk", "safetensors")


def save_model(model: LanguageModel, path: Path | str) -> None:
    """Write `model` to `path`; a crash leaves the old file or the new one.

    Parameters
    ----------
    model : LanguageModel
        A snapshot; its parameters must be finite.
    path : Path or str
        Preferably with the ending ``.safetensors``.

    Raises
    ------
    ModelFileError
        If the model holds numbers that are not finite, or the file cannot be written.
        An older file at `path` is then unchanged.
    """
    write_or_raise(Path(path), model_to_bytes(model), "The model was not saved", ModelFileError)


def load_model(path: Path | str) -> LanguageModel:
    """Open a model file on the CPU, whatever machine or device made it.

    Raises
    ------
    ModelFileError
        If the file is missing, damaged, of a newer version or no model at all.
    """
    model: LanguageModel = read_file(
        Path(path), lambda file: _read_model(TensorFileReader(file, VERSION))
    )
    return model


def model_to_bytes(model: LanguageModel) -> bytes:
    """Return the content of the model's file.

    Raises
    ------
    ModelFileError
        If a parameter is not a finite number, or the model is a mixture.
    """
    require_network_alone(model)
    U, V, W = model.rnn.parameters_as_numpy()  # (H, C), (C, H), (H, H)
    for name, values in (("U", U), ("V", V), ("W", W)):
        if not np.isfinite(values).all():
            raise ModelFileError(
                f"The model was not saved, because its parameters {name} are no longer finite "
                "numbers: the training diverged. Train again with a smaller learning rate."
            )
    tensors: dict[str, Array] = {
        "U": U,
        "V": V,
        "W": W,
        **vocabulary_to_tensors(model.vocabulary),
        **history_to_tensors(model.history),
    }
    settings = settings_to_json(model) | {"step": model.step, "epoch": model.epoch}
    if model.references is not None:
        settings["references"] = asdict(model.references)
    metadata = {
        "format": FORMAT,
        "version": str(VERSION),
        "settings": json.dumps(settings, allow_nan=False),
        "libraries": json.dumps(_library_versions()),
        **history_to_metadata(model.history),
    }
    return write_tensors(tensors, metadata)


def require_network_alone(model: LanguageModel) -> None:
    """Raise `ModelFileError` for a mixture: what was counted would not be in the file."""
    if model.mixture is not None:
        raise ModelFileError(
            "A mixture is not written to a file, which would hold its text nearly word for word. "
            "Save the model that it was made of, and mix it again where the text is at hand."
        )


def _library_versions() -> dict[str, str]:
    versions = {"python": platform.python_version()}
    for name in _LIBRARIES:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            continue  # running from a folder that was not installed
    return versions


def _read_model(reader: TensorFileReader) -> LanguageModel:
    """Check every part against the others, small parts first, and build the model."""
    settings = _read_settings(reader.header)
    _check_tensors(reader.header, settings["model_config"].units)
    vocabulary = read_vocabulary(reader)
    history = read_history(reader)
    model_config: ModelConfig = settings["model_config"]
    U, V, W = (_read_finite(reader, name) for name in ("U", "V", "W"))
    demand_usable(U, V, W)
    rnn = RNN.from_parameters(
        U,
        V,
        W,
        bptt_truncate=model_config.bptt_truncate,
        dtype="float32" if U.dtype == np.float32 else "float64",
    )
    return LanguageModel(rnn=rnn, vocabulary=vocabulary, history=history, **settings)


def _read_settings(header: Header) -> dict[str, Any]:
    """Return the model's settings, each the record that it must be."""
    demand(header.metadata.get("format") == FORMAT, "it does not say that it is one")
    stated = header.metadata.get("version", "")
    demand(stated.isascii() and stated.isdigit() and len(stated) < 10, "it names no version")
    demand(int(stated) == VERSION, f"there is no version {stated}")
    values = parse_json(header.metadata.get("settings", ""), "its settings")
    demand(isinstance(values, dict), "its settings are not a table")
    step, epoch = values.get("step"), values.get("epoch")
    demand(type(step) is int and 0 <= step < 1 << 63, "its number of steps is not one")
    demand(
        type(epoch) in (int, float) and math.isfinite(epoch) and epoch >= 0,
        "its number of epochs is not one",
    )
    references = None
    if values.get("references") is not None:
        references = record_from_json(ReferenceLosses, values["references"])
    return settings_from_json(values) | {
        "step": step,
        "epoch": float(epoch),
        "references": references,
    }


def _check_tensors(header: Header, H: int) -> None:
    """Demand exactly the tensors of version 1, with shapes that fit each other."""
    C = vocabulary_size(header)
    parameters = {"U": (REAL, (H, C)), "V": (REAL, (C, H)), "W": (REAL, (H, H))}
    demand_layout(header, {**parameters, **text_layout(header)}, "a model")
    formats = {header.tensors[name].dtype for name in parameters}
    demand(len(formats) == 1, "U, V and W differ in number format")


def _read_finite(reader: TensorFileReader, name: str) -> Array:
    values = reader.read(name)
    for row in values:  # row by row: no second array of the same size
        demand(bool(np.isfinite(row).all()), f"'{name}' holds numbers that are not finite")
    return values
