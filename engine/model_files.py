"""Open and write a model file of any kind: ours, or the tutorial's parameters.

What is in the files is the affair of `engine.checkpoint` and `engine.npz_model`.
"""

from pathlib import Path

from engine.checkpoint import load_model, save_model
from engine.language_model import LanguageModel
from engine.npz_model import export_tutorial_npz, load_tutorial_npz, read_word_list, word_list_of
from engine.vocabulary import Vocabulary

TUTORIAL_SUFFIX = ".npz"


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
    """Write the model; a path that ends in .npz gets the tutorial's format and a word list.

    Raises
    ------
    ModelFileError
        If it cannot be written; an older file at `path` is intact.
    """
    if path.suffix.lower() == TUTORIAL_SUFFIX:
        export_tutorial_npz(model, path)
    else:
        save_model(model, path)
