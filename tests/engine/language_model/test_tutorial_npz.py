"""The tutorial's .npz files."""

import dataclasses
import io
import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.errors import ModelFileError
from engine.language_model.formats import open_model
from engine.language_model.tutorial_npz import (
    export_tutorial_npz,
    load_tutorial_npz,
    read_word_list,
)
from engine.tokenization.vocabulary import Vocabulary
from tests.engine.support.models import tiny_model

H, C = 4, 8
VOCABULARY = tiny_model().vocabulary


def npy(array: Any, header: bytes | None = None) -> bytes:
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, np.asarray(array), allow_pickle=True)
    data = buffer.getvalue()
    if header is None:
        return data
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + bytes(4)


def npy_of_version_2(array: Any) -> bytes:
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, np.asarray(array), version=(2, 0))
    return buffer.getvalue()


def good_members() -> dict[str, bytes]:
    shapes = {"U": (H, C), "V": (C, H), "W": (H, H)}
    return {f"{name}.npy": npy(np.ones(shape, np.float32)) for name, shape in shapes.items()}


def write(path: Path, members: dict[str, bytes], kind: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", kind) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def test_that_the_tutorials_own_file_opens_with_a_vocabulary(shared_data: Path) -> None:
    words = [f"word{index}" for index in range(7997)]
    vocabulary = Vocabulary.from_words(words, range(7997, 0, -1))

    model = load_tutorial_npz(shared_data / "trained-model-theano.npz", vocabulary)

    assert (model.hidden_dim, model.word_dim) == (50, 8000)
    assert model.rnn.parameters_as_numpy()[0][0, 0] == pytest.approx(-2.7252986, abs=1e-6)


def test_that_the_missing_vocabulary_is_named_with_its_size(shared_data: Path) -> None:
    with pytest.raises(
        ModelFileError, match=r"8,000 words, but not .*: put its list .* In the window you can"
    ):
        load_tutorial_npz(shared_data / "trained-model-theano.npz", None)


def test_that_a_vocabulary_of_another_size_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.npz", good_members())

    with pytest.raises(ModelFileError, match="for 8 words and the vocabulary has 4"):
        load_tutorial_npz(path, Vocabulary.from_words(["one"], [1]))


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_that_what_numpy_saves_opens(tmp_path: Path, save: Any) -> None:
    U, V, W = tiny_model().rnn.parameters_as_numpy()
    save(tmp_path / "a.npz", U=np.asfortranarray(U), V=V.astype(">f8"), W=W)

    model = load_tutorial_npz(tmp_path / "a.npz", VOCABULARY)

    for mine, yours in zip(model.rnn.parameters_as_numpy(), (U, V, W), strict=True):
        assert np.array_equal(mine, yours)


def test_that_nothing_is_claimed_of_the_corpus_that_the_file_does_not_name(tmp_path: Path) -> None:
    words = Vocabulary.from_words(["the", "cat", "sat", ".", "on"], [9, 5, 4, 3, 2])
    path = write(tmp_path / "a.npz", good_members())

    model = load_tutorial_npz(path, words)

    told = dataclasses.asdict(model.summary)
    known = {"name": "a.npz", "vocabulary_size": 8, "file_count": 1, "splitter": "not known"}
    known |= {"least_frequent_word": "on", "least_frequent_count": 2}
    assert {name: told[name] for name in known} == known
    former = {"tokenizer", "min_count", "counted", "kind"}  # as every text was before
    assert not any(value for name, value in told.items() if name not in {*known, *former})
    assert (model.hidden_dim, model.train_config.recipe) == (H, "tutorial")


def test_that_an_exported_model_comes_back_with_its_words(tmp_path: Path) -> None:
    model = tiny_model(("ça", "\u2028", "", "\ud800", "x"), dtype="float32")

    word_list = export_tutorial_npz(model, tmp_path / "a.npz")
    back = load_tutorial_npz(tmp_path / "a.npz", read_word_list(word_list))

    assert word_list == tmp_path / "a.words.txt"
    assert back.vocabulary.words == model.vocabulary.words
    assert back.model_config.dtype == "float32"
    for mine, yours in zip(
        back.rnn.parameters_as_numpy(), model.rnn.parameters_as_numpy(), strict=True
    ):
        assert np.array_equal(mine, yours)


def test_that_an_export_that_fails_is_explained(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match=r"not exported to .*that folder does not exist"):
        export_tutorial_npz(tiny_model(), tmp_path / "nowhere" / "a.npz")


def test_that_a_word_with_a_line_break_cannot_be_listed(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="line break"):
        export_tutorial_npz(tiny_model(("a\nb",)), tmp_path / "a.npz")


def test_that_a_list_without_special_tokens_is_a_list_too(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_bytes("\ufeffthe\r\ncat\r\n".encode())

    found = read_word_list(path)
    assert (found.words[2:-1], found.counts) == (("the", "cat"), (0,) * 5)


@pytest.mark.parametrize(("data", "fits"), [(b"the\ncat\n", True), (b"the\ncats\n", False)])
def test_that_a_list_of_words_has_a_bound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: bytes, *, fits: bool
) -> None:
    monkeypatch.setattr("engine.language_model.tutorial_npz._LARGEST_WORD_LIST", 8)
    path = tmp_path / "words.txt"
    path.write_bytes(data)

    if fits:
        assert len(read_word_list(path)) == 5
    else:
        with pytest.raises(ModelFileError, match="too large for a list of words"):
            read_word_list(path)


@pytest.mark.parametrize(("hidden", "words"), [(1, 4), (1, 3), (0, 4)])
def test_that_a_network_has_a_hidden_number_and_a_word_of_its_own(
    tmp_path: Path, hidden: int, words: int
) -> None:
    shapes = {"U": (hidden, words), "V": (words, hidden), "W": (hidden, hidden)}
    path = write(tmp_path / "a.npz", {f"{n}.npy": npy(np.ones(s)) for n, s in shapes.items()})
    vocabulary = Vocabulary.from_words(["the"], [1])

    if (hidden, words) == (1, 4):
        assert load_tutorial_npz(path, vocabulary).hidden_dim == 1
    else:
        with pytest.raises(ModelFileError, match="U has the shape"):
            load_tutorial_npz(path, vocabulary)


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"cat\ncat\n"])
def test_that_what_is_no_list_of_words_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "words.txt"
    path.write_bytes(data)

    if data:
        with pytest.raises(ModelFileError, match="list of words"):
            read_word_list(path)
    else:
        assert read_word_list(path).words[2:-1] == ("",)


class Trap:
    """An object whose unpickling would run code."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (exec, ("raise SystemExit('code was run')",))


@pytest.mark.parametrize("kept", [3, 6, 7])
def test_that_a_word_list_that_is_cut_short_says_so(tmp_path: Path, kept: int) -> None:
    words = ["SENTENCE_START", "SENTENCE_END", "the", "cat", "sat", "on", "mat", "UNKNOWN_TOKEN"]
    (tmp_path / "a.words.txt").write_text("\n".join(words[:kept]) + "\n", encoding="utf-8")

    with pytest.raises(ModelFileError, match=rf"words\.txt is cut short: .* last line, {kept}, "):
        read_word_list(tmp_path / "a.words.txt")


def test_that_a_short_word_list_without_special_tokens_is_named(tmp_path: Path) -> None:
    write(tmp_path / "a.npz", good_members())
    (tmp_path / "a.words.txt").write_text("the\ncat\n", encoding="utf-8")

    with pytest.raises(ModelFileError, match=r"8 words and a\.words\.txt has 5, as if it were cut"):
        open_model(tmp_path / "a.npz")


def bad_files() -> dict[str, tuple[str, dict[str, bytes] | bytes]]:
    good = good_members()
    huge = b"{'descr': '<f4', 'fortran_order': False, 'shape': (8192, 1048576), }\n"
    long = b"{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1), }".ljust(1024) + b"\n"
    trap = np.array([[Trap()]], dtype=object)
    nan = np.full((H, C), np.nan, np.float32)
    return {
        "empty": ("not a whole .npz", b""),
        "a pickle": ("not a whole .npz", pickle.dumps(Trap())),
        "an .npy": ("not a whole .npz", good["U.npy"]),
        "cut off": ("not a whole .npz", b"PK\x03\x04" + bytes(50)),
        "no W": ("nothing else", {k: v for k, v in good.items() if k != "W.npy"}),
        "one more": ("nothing else", good | {"X.npy": b""}),
        "a path outside": ("nothing else", good | {"../U.npy": good["U.npy"]}),
        "objects": ("no float", good | {"U.npy": npy(trap)}),
        "whole numbers": ("no float", good | {"U.npy": npy(np.ones((H, C), np.int32))}),
        "complex": ("no float", good | {"U.npy": npy(np.ones((H, C), np.complex64))}),
        "half precision": ("no float", good | {"U.npy": npy(np.ones((H, C), np.float16))}),
        "32 GiB in 80 bytes": ("does not fit", good | {"U.npy": npy([[1.0]], huge)}),
        "a vector": ("does not fit", good | {"U.npy": npy(np.ones(H * C, np.float32))}),
        "bytes too many": ("does not fit", good | {"U.npy": good["U.npy"] + b"x"}),
        "bytes missing": ("does not fit", good | {"U.npy": good["U.npy"][:-1]}),
        "no header": ("cannot be read", good | {"U.npy": b"x" * 500}),
        "version 2": (
            "unknown header",
            good | {"U.npy": npy_of_version_2(np.ones((H, C), np.float32))},
        ),
        "a header over the limit": ("cannot be read", good | {"U.npy": npy([[1.0]], long)}),
        "nothing in U": ("cannot be read", good | {"U.npy": b""}),
        "code as header": ("cannot be read", good | {"U.npy": npy([[1.0]], b"exit()\n")}),
        "transposed": ("do not fit each other", good | {"V.npy": good["U.npy"]}),
        "another W": ("do not fit each other", good | {"W.npy": npy(np.ones((2, 2)))}),
        "a sum that overflows": (
            "'V' holds numbers so large",
            good | {"V.npy": npy(np.full((C, H), 3e38, np.float32))},
        ),
        "a double that is no single": (
            "'V' holds numbers so large",
            good | {"V.npy": npy(np.full((C, H), 1e300))},
        ),
        "NaN": ("not finite", good | {"U.npy": npy(nan)}),
    }


@pytest.mark.parametrize("name", bad_files())
def test_that_a_bad_npz_is_refused_with_the_reason(tmp_path: Path, name: str) -> None:
    reason, content = bad_files()[name]
    path = tmp_path / "bad.npz"
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        write(path, content)

    with pytest.raises(ModelFileError, match=r"bad\.npz cannot be opened as a model") as caught:
        load_tutorial_npz(path, VOCABULARY)

    assert reason in str(caught.value)


def test_that_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    zeros = {name: npy(np.zeros(shape)) for name, shape in BOMB.items()}
    path = write(tmp_path / "bomb.npz", zeros, zipfile.ZIP_DEFLATED)

    with pytest.raises(ModelFileError, match="more than 10 times the file's size"):
        load_tutorial_npz(path, VOCABULARY)


BOMB = {"U.npy": (64, 2048), "V.npy": (2048, 64), "W.npy": (64, 64)}


def test_that_an_unusual_compression_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.npz", good_members(), zipfile.ZIP_LZMA)

    with pytest.raises(ModelFileError, match="cannot be opened as a model"):
        load_tutorial_npz(path, VOCABULARY)
