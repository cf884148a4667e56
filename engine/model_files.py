"""Open and write a model file of any kind: ours, the tutorial's, or one for other programs.

What is in the files is the affair of `engine.checkpoint`, `engine.npz_model` and
`engine.model_export`.
"""

from pathlib import Path

from engine.checkpoint import SUFFIX, load_model, save_model
from engine.corpus.vocabulary import Vocabulary
from engine.language_model import LanguageModel
from engine.model_export import EXPORT_SUFFIXES, export_onnx, export_word_vectors
from engine.npz_model import export_tutorial_npz, load_tutorial_npz, read_word_list, word_list_of

TUTORIAL_SUFFIX = ".npz"
WRITTEN_SUFFIXES = (SUFFIX, TUTORIAL_SUFFIX, *EXPORT_SUFFIXES)


def open_model(path: Path, vocabulary: Vocabulary | None = None) -> LanguageModel:
    """Open the model at `path`.

    Parameters
    ----------
    path : Path
        A file of the tutorial's (.npz) takes its words from the list that lies beside
        it (NAME.words.txt), or else from `vocabulary`.
    vocabulary : Vocabulary, optional
        Of the corpus at hand.

    Raises
    ------
    ModelFileError
        If the file cannot be opened; for a .npz without words it says what is missing.
    """
    if path.suffix.lower() != TUTORIAL_SUFFIX:
        return load_model(path)
    word_list = word_list_of(path)
    if word_list.is_file():
        vocabulary = read_word_list(word_list)
    return load_tutorial_npz(path, vocabulary)


def write_model(model: LanguageModel, path: Path) -> None:
    """Write the model in the format that the ending of `path` says.

    .npz is the tutorial's format, with a word list beside it; .onnx and .vec are for other
    programs and cannot be opened here (see `can_be_opened`); all else is a model file.

    Raises
    ------
    ModelFileError
        If it cannot be written; an older file at `path` is intact.
    """
    match path.suffix.lower():
        case ".npz":
            export_tutorial_npz(model, path)
        case ".onnx":
            export_onnx(model, path)
        case ".vec":
            export_word_vectors(model, path)
        case _:
            save_model(model, path)


def can_be_opened(path: Path) -> bool:
    """Tell whether what `write_model` writes to `path` holds the whole model."""
    return path.suffix.lower() not in EXPORT_SUFFIXES
