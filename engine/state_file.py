"""A training state as one safe file, for an exact resume.

The format is safetensors, version 1, built like the model file of `checkpoint`. Tensors,
with H hidden units and C words:

    last.U_by_word (C, H), last.V (C, H), last.W (H, H)     and best.…, or no best at all
    optimizer.<number>.<name>                               as the update rule names them
    words.text, words.ends, words.counts, and the history   as in the model file

The metadata holds format, version, settings and progress as JSON. No code is run from it.
"""

import dataclasses
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import torch

from engine.errors import ModelFileError
from engine.files.records import parse_json, record_from_json
from engine.files.tensors import Array, Header, TensorFileReader, demand, read_file, write_tensors
from engine.language_model.parts import (
    REAL,
    Layout,
    demand_layout,
    history_to_tensors,
    read_history,
    read_vocabulary,
    settings_from_json,
    settings_to_json,
    text_layout,
    vocabulary_size,
    vocabulary_to_tensors,
)
from engine.training_state import PARAMETERS, TrainingProgress, TrainingState

FORMAT = "rnn-text-lab-training-state"
VERSION = 1

_MOST_OPTIMIZER_TENSORS = 64
_PIECE = 1 << 18  # numbers that are looked at together
_COUNTS = ("step", "words", "first_epoch", "epoch", "sentences_done", "epoch_words")
_TIMES = ("epoch_s", "elapsed_s", "before_s")


def state_to_bytes(state: TrainingState) -> bytes:
    """Return the content of the state's file.

    Raises
    ------
    ModelFileError
        If a number is not finite: such a state would never train again.
    """
    numbers: dict[str, Array] = {
        **{f"last.{name}": each.numpy() for name, each in state.parameters.items()},
        **{f"best.{name}": each.numpy() for name, each in state.best.items()},
        **{f"optimizer.{name}": each.numpy() for name, each in state.optimizer.items()},
    }
    progress = dataclasses.asdict(state.progress)
    if not math.isfinite(state.progress.epoch_loss) or not all(map(_is_finite, numbers.values())):
        raise ModelFileError(
            "its numbers are no longer finite: the training diverged. Train again with a "
            "smaller learning rate"
        )
    settings = settings_to_json(state) | {"progress": progress}
    tensors = {
        **numbers,
        **vocabulary_to_tensors(state.vocabulary),
        **history_to_tensors(state.history),
    }
    metadata = {
        "format": FORMAT,
        "version": str(VERSION),
        "settings": json.dumps(settings, allow_nan=False),
    }
    return write_tensors(tensors, metadata)


def load_state(path: Path) -> TrainingState:
    """Open a state file.

    Raises
    ------
    ModelFileError
        If the file is missing, damaged, of a newer version or no state at all.
    """
    state: TrainingState = read_file(
        path, lambda file: _read_state(TensorFileReader(file)), "the state of a run"
    )
    return state


def _read_state(reader: TensorFileReader) -> TrainingState:
    """Check every part against the others, small parts first."""
    settings = _read_settings(reader.header)
    names = _check_tensors(reader.header, settings["model_config"].hidden_dim)
    return TrainingState(
        vocabulary=read_vocabulary(reader),
        history=read_history(reader),
        parameters={name: _read_tensor(reader, f"last.{name}") for name in PARAMETERS},
        best={
            name: _read_tensor(reader, f"best.{name}")
            for name in PARAMETERS
            if "best.W" in reader.header.tensors
        },
        optimizer={name.removeprefix("optimizer."): _read_tensor(reader, name) for name in names},
        **settings,
    )


def _read_settings(header: Header) -> dict[str, Any]:
    demand(header.metadata.get("format") == FORMAT, "it does not say that it is one")
    demand(
        header.metadata.get("version") == str(VERSION),
        f"it has another version than {VERSION}, the one that this program knows",
    )
    values = parse_json(header.metadata.get("settings", ""), "its settings")
    demand(isinstance(values, dict), "its settings are not a table")
    progress = record_from_json(TrainingProgress, values.get("progress"))
    settings = settings_from_json(values)
    numbers = dataclasses.asdict(progress)
    demand(all(0 <= numbers[name] < 1 << 53 for name in _COUNTS), "its counts are out of range")
    demand(all(numbers[name] >= 0.0 for name in _TIMES), "its times are out of range")
    demand(
        progress.sentences_done <= settings["summary"].training_sentences
        and progress.batch_size >= 1
        and progress.learning_rate > 0.0
        and progress.first_rate > 0.0
        and 0.0 <= progress.epoch_part_before < 1.0,
        "its progress is out of range",
    )
    return settings | {"progress": progress}


def _check_tensors(header: Header, H: int) -> list[str]:
    """Demand the tensors of version 1, with fitting shapes; return the optimiser's names."""
    tensors, C = header.tensors, vocabulary_size(header)
    optimizer = sorted(name for name in tensors if name.startswith("optimizer."))
    demand(len(optimizer) <= _MOST_OPTIMIZER_TENSORS, "it has too many tensors")
    shapes = {"U_by_word": (C, H), "V": (C, H), "W": (H, H)}
    sets = ["last", "best"] if "best.W" in tensors else ["last"]
    parameters: Layout = {
        f"{each}.{name}": (REAL, shape) for each in sets for name, shape in shapes.items()
    }
    layout = {**parameters, **text_layout(header)}
    demand_layout(header, layout, "a state", others=len(optimizer))
    demand(all(tensors[name].dtype in REAL for name in optimizer), "its optimiser is no numbers")
    formats = {tensors[name].dtype for name in parameters}
    demand(len(formats) == 1, "its parameters differ in number format")
    return optimizer


def _read_tensor(reader: TensorFileReader, name: str) -> torch.Tensor:
    values = reader.read(name)
    demand(_is_finite(values), f"'{name}' holds numbers that are not finite")
    tensor = torch.from_numpy(values)
    return tensor.reshape(()) if tensor.shape == (1,) else tensor  # a lone number is stored so


def _is_finite(values: Array) -> bool:
    """Tell whether all are finite, in pieces: no second array of the same size."""
    flat = values.reshape(-1)
    pieces = range(0, len(flat), _PIECE)
    return all(bool(np.isfinite(flat[begin : begin + _PIECE]).all()) for begin in pieces)
