"""The tutorial's own file: an .npz with U, V and W, in and out.

Such a file holds no vocabulary and no settings: the words come from a text file
(one per line, in the order of their ids) or from a corpus. It is read by an
allow-list, each size before its numbers, and no code from it is run.

H hidden units, C words.
"""

import io
import os
import zipfile
import zlib
from io import BufferedReader
from pathlib import Path

import numpy as np
from numpy.lib import format as npy_format

from engine.config import ModelConfig, TrainConfig
from engine.corpus.corpus import CorpusSummary
from engine.errors import CorpusError, ModelFileError
from engine.files.atomic import explain_os_error, write_durably
from engine.files.tensors import Array, demand, read_file
from engine.language_model.model import LanguageModel
from engine.language_model.parts import demand_usable
from engine.network.rnn import RNN
from engine.tokenization.vocabulary import SENTENCE_END, SENTENCE_START, UNKNOWN_TOKEN, Vocabulary

_MEMBERS = ("U", "V", "W")
_LARGEST_RATIO = 10  # parameters hardly compress: more is a trap
_LARGEST_HEADER = 1024  # bytes
_LARGEST_WORD_LIST = 64 << 20  # bytes


def load_tutorial_npz(
    path: Path, vocabulary: Vocabulary | None, words_from: str = "the vocabulary"
) -> LanguageModel:
    """Open the tutorial's file of parameters with a vocabulary of the same size.

    Parameters
    ----------
    path : Path
    vocabulary : Vocabulary or None
        From `read_word_list` or a corpus. None raises the error that says how many
        words are missing.
    words_from : str
        What `vocabulary` is, for a message.

    Raises
    ------
    ModelFileError
        If the file is no such file, or the vocabulary is missing or has another size.
    """
    U, V, W = read_file(path, _read_parameters)  # (H, C), (C, H), (H, H)
    H, C = U.shape
    if vocabulary is None:
        raise ModelFileError(
            f"{path.name} holds the parameters of a network for {C:,} words, but not the words: "
            f"put its list of words (one per line) beside it as {word_list_of(path).name}. "
            f"In the window you can also prepare the text that it was trained on, with a "
            f"vocabulary of {C:,}, and then open it."
        )
    if len(vocabulary) != C:
        raise ModelFileError(
            f"{path.name} is a network for {C:,} words and {words_from} has {len(vocabulary):,}"
            f"{', as if it were cut short' if len(vocabulary) < C else ''}. "
            f"Give a vocabulary of {C:,} words, including the three special tokens."
        )
    dtype = "float64" if U.dtype.itemsize == 8 else "float32"
    return LanguageModel(
        rnn=RNN.from_parameters(U, V, W, dtype=dtype),  # type: ignore[arg-type]
        vocabulary=vocabulary,
        model_config=ModelConfig(hidden_dim=H, dtype=dtype),  # type: ignore[arg-type]
        train_config=TrainConfig(recipe="tutorial"),
        summary=unread_corpus(path.name, vocabulary, "not known"),
    )


def export_tutorial_npz(model: LanguageModel, path: Path) -> Path:
    """Write U, V and W for the tutorial's programs and the words beside them.

    Returns
    -------
    Path
        Of the list of words: ``NAME.words.txt`` beside ``NAME.npz``.

    Raises
    ------
    ModelFileError
        If a word contains a line break, a list of words is there without its .npz, or a
        file cannot be written.
    """
    words = model.vocabulary.words
    if any("\n" in word for word in words):
        raise ModelFileError("The words cannot be listed, because one contains a line break.")
    buffer = io.BytesIO()
    U, V, W = model.rnn.parameters_as_numpy()
    np.savez(buffer, U=U, V=V, W=W)
    word_list = word_list_of(path)
    # pathlib's own `exists` raises where a name is too long for any file.
    if os.path.exists(word_list) and not os.path.exists(path):  # noqa: PTH110
        raise ModelFileError(
            f"The model was not exported to {path}: the list of its words would replace "
            f"{word_list.name}, which already exists. Give another name."
        )
    try:
        write_durably(
            word_list, "".join(f"{word}\n" for word in words).encode("utf-8", "surrogatepass")
        )
        write_durably(path, buffer.getvalue())
    except OSError as error:
        raise ModelFileError(
            f"The model was not exported to {path}, because {explain_os_error(error)}."
        ) from error
    return word_list


def word_list_of(path: Path) -> Path:
    """Return where the words of the tutorial's file at `path` lie: NAME.words.txt."""
    return path.with_suffix(".words.txt")


def read_word_list(path: Path) -> Vocabulary:
    """Read a list of words, one per line, with or without the three special tokens.

    Raises
    ------
    ModelFileError
        If the file cannot be read or is no such list.
    """
    words: list[str] = read_file(path, _read_lines, "a list of words")
    if words[:2] == [SENTENCE_START, SENTENCE_END]:
        if words[-1] != UNKNOWN_TOKEN:
            raise ModelFileError(
                f"{path.name} is cut short: it begins with {SENTENCE_START} and should end with "
                f"{UNKNOWN_TOKEN}, but its last line, {len(words):,}, is {words[-1][:40]!a}. "
                "Copy or export it again."
            )
        words = words[2:-1]
    try:
        return Vocabulary.from_words(words, [0] * len(words))
    except CorpusError as error:
        raise ModelFileError(f"{path.name} is not a list of words: {error}") from error


def _read_lines(file: BufferedReader) -> list[str]:
    data = file.read(_LARGEST_WORD_LIST + 1)
    demand(len(data) <= _LARGEST_WORD_LIST, "it is too large for a list of words")
    try:
        text = data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError as error:
        raise ModelFileError("it is not UTF-8 text") from error
    return text.removeprefix("\ufeff").replace("\r\n", "\n").removesuffix("\n").split("\n")


def _read_parameters(file: BufferedReader) -> tuple[Array, Array, Array]:
    """Return U, V and W after all headers were checked against each other."""
    size = os.fstat(file.fileno()).st_size
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            names = sorted(member.filename for member in members)
            demand(
                names == [f"{name}.npy" for name in _MEMBERS],
                "it does not hold U, V and W and nothing else",
            )
            demand(
                sum(member.file_size for member in members) <= _LARGEST_RATIO * size,
                f"its numbers claim to be more than {_LARGEST_RATIO} times the file's size",
            )
            _check_shapes(*(_read_shape(archive, name) for name in _MEMBERS))
            U, V, W = (_read_array(archive, name) for name in _MEMBERS)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise ModelFileError("it is not a whole .npz file") from error
    except (RuntimeError, ValueError) as error:  # encrypted; a header that NumPy refuses
        raise ModelFileError("its arrays cannot be read") from error
    demand_usable(U, V, W)
    return U, V, W


def _read_shape(archive: zipfile.ZipFile, name: str) -> tuple[int, ...]:
    """Return what an array's header says, before its numbers are read."""
    info = archive.getinfo(f"{name}.npy")
    demand(
        info.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED),
        f"'{name}' is compressed in an unusual way",
    )
    with archive.open(info) as member:
        version = npy_format.read_magic(member)
        demand(version == (1, 0), f"'{name}' has an unknown header")
        shape, _, dtype = npy_format.read_array_header_1_0(member, max_header_size=_LARGEST_HEADER)
        size = member.tell()
    demand(dtype.kind == "f" and dtype.itemsize in (4, 8), f"'{name}' holds no float numbers")
    demand(
        len(shape) == 2 and info.file_size == size + shape[0] * shape[1] * dtype.itemsize,
        f"the size of '{name}' does not fit its shape {shape}",
    )
    found: tuple[int, ...] = shape
    return found


def _check_shapes(U: tuple[int, ...], V: tuple[int, ...], W: tuple[int, ...]) -> None:
    H, C = U
    demand(1 <= H <= 8192 and C > 3, f"U has the shape {(H, C)}")
    demand(V == (C, H) and W == (H, H), f"U {(H, C)}, V {V} and W {W} do not fit each other")


def _read_array(archive: zipfile.ZipFile, name: str) -> Array:
    with archive.open(f"{name}.npy") as member:
        values = npy_format.read_array(member, allow_pickle=False, max_header_size=_LARGEST_HEADER)
    demand(bool(np.isfinite(values).all()), f"'{name}' holds numbers that are not finite")
    native: Array = values.astype(values.dtype.newbyteorder("="))
    return native


def unread_corpus(name: str, vocabulary: Vocabulary, splitter: str = "") -> CorpusSummary:
    """Return the summary of a corpus of which only the vocabulary is known."""
    return CorpusSummary(
        name=name,
        path="",
        columns=(),
        documents=0,
        sentences=0,
        words=0,
        different_words=0,
        splitter=splitter,
        refused_rows=0,
        repaired_rows=0,
        duplicate_documents=0,
        encoding="",
        delimiter="",
        digest="",
        vocabulary_size=len(vocabulary),
        least_frequent_word=vocabulary.words[-2],
        least_frequent_count=vocabulary.counts[-2],
        unknown_share=0.0,
        training_documents=0,
        validation_documents=0,
        training_sentences=0,
        validation_sentences=0,
        training_words=0,
        validation_words=0,
    )
