"""Open and write a model file of any kind: ours, the tutorial's, or one for other programs.

What is in our files is the affair of `checkpoint`, in the tutorial's of `tutorial_npz`. Those
for other programs are written here: ONNX, and the word vectors as text. They cannot be opened
here again; a model file or the tutorial's .npz keeps everything.

C words, H hidden units, T words of a sentence.
"""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.errors import ModelFileError
from engine.files.atomic import write_or_raise
from engine.language_model.checkpoint import SUFFIX, load_model, require_network_alone, save_model
from engine.language_model.model import LanguageModel
from engine.language_model.tutorial_npz import (
    export_tutorial_npz,
    load_tutorial_npz,
    read_word_list,
    word_list_of,
)
from engine.tokenization.vocabulary import Vocabulary

if TYPE_CHECKING:
    import onnx


EXPORT_SUFFIXES = (".onnx", ".vec")

_OPSET, _IR_VERSION = 17, 8  # old enough for the runtimes in use
_FAILED = "The model was not exported"
_LARGEST_ONNX = 2_000_000_000  # bytes; the format ends at 2 GiB

TUTORIAL_SUFFIX = ".npz"
WRITTEN_SUFFIXES = (SUFFIX, TUTORIAL_SUFFIX, *EXPORT_SUFFIXES)


def export_onnx(model: LanguageModel, path: Path) -> None:
    """Write the network as an ONNX graph.

    Its inputs are ``word_ids`` (int64, (T,)) and ``state`` ((1, H), zeros before a sentence),
    its outputs ``log_probabilities`` ((T, C), natural) of each next word, and ``last_state``
    ((1, H)), with which a sentence can be gone on with word by word. The words, in the order
    of their ids, are a JSON list in the metadata under ``words``.

    Raises
    ------
    ModelFileError
        If the network is too large for the format, or the file cannot be written.
    """
    size = sum(each.numel() * each.element_size() for each in model.rnn.parameters())
    if size > _LARGEST_ONNX:
        raise ModelFileError(
            f"The model was not exported to {path}: an ONNX file holds at most 2 GB, and its "
            f"parameters take {size / 1e9:.1f} GB. Save it as a .safetensors file."
        )
    write_or_raise(path, _graph_of(model).SerializeToString(), _FAILED, ModelFileError)


def export_word_vectors(model: LanguageModel, path: Path) -> None:
    """Write a row for each word: the word and its column of U, H numbers, as word2vec's text does.

    Blanks within a word are written as underscores.

    Raises
    ------
    ModelFileError
        If the file cannot be written.
    """
    U, _, _ = model.rnn.parameters_as_numpy()
    lines = [f"{U.shape[1]} {U.shape[0]}"]
    for word, vector in zip(model.vocabulary.words, U.T, strict=True):
        name = "_".join(word.split()) or "_"
        lines.append(f"{name} {' '.join(map(str, vector.tolist()))}")
    data = "\n".join([*lines, ""]).encode("utf-8", "replace")
    write_or_raise(path, data, _FAILED, ModelFileError)


def _graph_of(model: LanguageModel) -> "onnx.ModelProto":
    from onnx import TensorProto, helper, numpy_helper

    U, V, W = model.rnn.parameters_as_numpy()
    (H, C), dtype = U.shape, U.dtype
    number = TensorProto.DOUBLE if dtype == np.float64 else TensorProto.FLOAT
    constants: dict[str, NDArray[np.generic]] = {
        "U_by_word": np.ascontiguousarray(U.T),  # (C, H)
        "V_transposed": np.ascontiguousarray(V.T),  # (H, C)
        "W": W[None],  # (1, H, H)
        "identity": np.eye(H, dtype=dtype)[None],  # the columns of U are looked up, not multiplied
        "first_axis": np.array([0], dtype=np.int64),
        "inner_axis": np.array([1], dtype=np.int64),
        "inner_axes": np.array([1, 2], dtype=np.int64),
    }
    graph = helper.make_graph(
        _nodes(H),
        "vanilla_rnn_language_model",
        [
            helper.make_tensor_value_info("word_ids", TensorProto.INT64, ["T"]),
            helper.make_tensor_value_info("state", number, [1, H]),
        ],
        [
            helper.make_tensor_value_info("log_probabilities", number, ["T", C]),
            helper.make_tensor_value_info("last_state", number, [1, H]),
        ],
        [numpy_helper.from_array(values, name) for name, values in constants.items()],
    )
    made = helper.make_model(
        graph,
        producer_name="RNN Text Lab",
        opset_imports=[helper.make_opsetid("", _OPSET)],
        ir_version=_IR_VERSION,
        doc_string=model.description,
    )
    helper.set_model_props(made, {"words": json.dumps(model.vocabulary.words)})
    return made


def _nodes(hidden_dim: int) -> "list[onnx.NodeProto]":
    from onnx.helper import make_node as node

    return [
        node("Gather", ["U_by_word", "word_ids"], ["looked_up"]),  # (T, H)
        node("Unsqueeze", ["looked_up", "inner_axis"], ["inputs"]),  # (T, 1, H)
        node("Unsqueeze", ["state", "first_axis"], ["first_state"]),  # (1, 1, H)
        node(
            "RNN",
            ["inputs", "identity", "W", "", "", "first_state"],
            ["all_states", "end_state"],  # (T, 1, 1, H) and (1, 1, H)
            hidden_size=hidden_dim,
        ),
        node("Squeeze", ["all_states", "inner_axes"], ["states"]),  # (T, H)
        node("Squeeze", ["end_state", "first_axis"], ["last_state"]),  # (1, H)
        node("MatMul", ["states", "V_transposed"], ["scores"]),  # (T, C)
        node("LogSoftmax", ["scores"], ["log_probabilities"], axis=-1),
    ]


def open_model(path: Path | str, vocabulary: Vocabulary | None = None) -> LanguageModel:
    """Open the model at `path`.

    Parameters
    ----------
    path : Path or str
        A file of the tutorial's (.npz) takes its words from the list that lies beside
        it (NAME.words.txt), or else from `vocabulary`.
    vocabulary : Vocabulary, optional
        Of the corpus at hand.

    Raises
    ------
    ModelFileError
        If the file cannot be opened; for a .npz without words it says what is missing.
    """
    path = Path(path)
    if path.suffix.lower() != TUTORIAL_SUFFIX:
        if not can_be_opened(path) and path.is_file():
            raise ModelFileError(
                f"{path.name} is for other programs and does not hold all of a model. Open the "
                f"{SUFFIX} or {TUTORIAL_SUFFIX} file that it was exported from."
            )
        return load_model(path)
    word_list = word_list_of(path)
    if word_list.is_file():
        return load_tutorial_npz(path, read_word_list(word_list), word_list.name)
    return load_tutorial_npz(path, vocabulary)


def write_model(model: LanguageModel, path: Path | str) -> None:
    """Write the model in the format that the ending of `path` says.

    .npz is the tutorial's format, with a word list beside it; .onnx and .vec are for other
    programs and cannot be opened here (see `can_be_opened`); all else is a model file.

    Raises
    ------
    ModelFileError
        If it cannot be written, or is a mixture; an older file at `path` is intact.
    """
    require_network_alone(model)
    path = Path(path)
    match path.suffix.lower():
        case ".npz":
            export_tutorial_npz(model, path)
        case ".onnx":
            export_onnx(model, path)
        case ".vec":
            export_word_vectors(model, path)
        case _:
            save_model(model, path)


def can_be_opened(path: Path | str) -> bool:
    """Tell whether what `write_model` writes to `path` holds the whole model."""
    return Path(path).suffix.lower() not in EXPORT_SUFFIXES
