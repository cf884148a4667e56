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

from engine.config import SPECIAL_TOKENS, ModelConfig, TrainConfig
from engine.corpus_data import CorpusSummary
from engine.errors import EngineError, ModelFileError
from engine.history_tensors import (
    EVALUATION_COLUMNS,
    HALVING_COLUMNS,
    POINT_COLUMNS,
    history_to_tensors,
    pack_strings,
    read_history,
    read_strings,
)
from engine.plain_records import record_from_json
from engine.tensor_file import (
    Array,
    Header,
    TensorFileReader,
    demand,
    parse_json,
    read_file,
    write_tensors,
)
from engine.training_state import PARAMETERS, TrainingProgress, TrainingState
from engine.vocabulary import Vocabulary

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
    text, ends = pack_strings(state.vocabulary.words[2:-1])
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
    settings = {
        "model_config": state.model_config.to_json(),
        "train_config": state.train_config.to_json(),
        "summary": dataclasses.asdict(state.summary),
        "progress": progress,
    }
    tensors = {
        **numbers,
        "words.text": text,
        "words.ends": ends,
        "words.counts": np.array(state.vocabulary.counts[2:-1], np.int64),
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
    words, counts = read_strings(reader, "words"), reader.read("words.counts")
    demand(bool((counts >= 0).all()), "its vocabulary has negative counts")
    demand(len(set(words)) == len(words), "its vocabulary has the same word twice")
    try:
        vocabulary = Vocabulary.from_words(words, counts.tolist())
    except (EngineError, ValueError) as error:
        raise ModelFileError(f"its vocabulary cannot be used ({error})") from error
    return TrainingState(
        vocabulary=vocabulary,
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
    summary = record_from_json(CorpusSummary, values.get("summary"))
    numbers = dataclasses.asdict(progress)
    demand(all(0 <= numbers[name] < 1 << 53 for name in _COUNTS), "its counts are out of range")
    demand(all(numbers[name] >= 0.0 for name in _TIMES), "its times are out of range")
    demand(
        progress.sentences_done <= summary.training_sentences
        and progress.batch_size >= 1
        and progress.learning_rate > 0.0
        and progress.first_rate > 0.0,
        "its progress is out of range",
    )
    return {
        "progress": progress,
        "model_config": record_from_json(ModelConfig, values.get("model_config")),
        "train_config": record_from_json(TrainConfig, values.get("train_config")),
        "summary": summary,
    }


def _check_tensors(header: Header, H: int) -> list[str]:
    """Demand the tensors of version 1, with fitting shapes; return the optimiser's names."""
    tensors = header.tensors
    optimizer = sorted(name for name in tensors if name.startswith("optimizer."))
    demand(len(optimizer) <= _MOST_OPTIMIZER_TENSORS, "it has too many tensors")
    lengths = {name: (info.shape or (0,))[0] for name, info in tensors.items()}
    C = lengths.get("words.ends", 0) + SPECIAL_TOKENS
    points, halved = lengths.get("history.steps", 0), lengths.get("halvings", 0)
    real, shapes = ("F32", "F64"), {"U_by_word": (C, H), "V": (C, H), "W": (H, H)}
    sets = ["last", "best"] if "best.W" in tensors else ["last"]
    evaluations = (lengths.get("evaluations", 0), len(EVALUATION_COLUMNS))
    expected: dict[str, tuple[tuple[str, ...], tuple[int, ...]]] = {
        **{f"{each}.{name}": (real, shape) for each in sets for name, shape in shapes.items()},
        **{f"history.{name}": ((kind,), (points,)) for name, kind in POINT_COLUMNS.items()},
        "words.text": (("U8",), (lengths.get("words.text", 0),)),
        "words.ends": (("I64",), (C - SPECIAL_TOKENS,)),
        "words.counts": (("I64",), (C - SPECIAL_TOKENS,)),
        "reasons.text": (("U8",), (lengths.get("reasons.text", 0),)),
        "reasons.ends": (("I64",), (halved,)),
        "evaluations": (("F64",), evaluations),
        "halvings": (("F64",), (halved, len(HALVING_COLUMNS))),
    }
    for name, (dtypes, shape) in expected.items():
        demand(name in tensors, f"it lacks '{name}'")
        demand(tensors[name].dtype in dtypes, f"'{name}' has the wrong number format")
        demand(tensors[name].shape == shape, f"'{name}' has the wrong shape")
    demand(len(tensors) == len(expected) + len(optimizer), "it holds more than a state")
    demand(all(tensors[name].dtype in real for name in optimizer), "its optimiser is no numbers")
    kinds = {tensors[f"{each}.{name}"].dtype for each in sets for name in shapes}
    demand(len(kinds) == 1, "its parameters differ in number format")
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
