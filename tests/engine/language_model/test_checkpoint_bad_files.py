"""No damaged model file gets in: each is refused with its name and the reason."""

import json
import os
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load, save

from engine.errors import ModelFileError
from engine.files.tensors import TensorFileReader, write_tensors
from engine.language_model.checkpoint import load_model, model_to_bytes
from tests.engine.support.models import tiny_model

Edit = Callable[[dict[str, Any], bytearray], bytes | None]


def taken_apart(data: bytes) -> tuple[dict[str, Any], bytearray]:
    (length,) = struct.unpack("<Q", data[:8])
    return json.loads(data[8 : 8 + length]), bytearray(data[8 + length :])


def put_together(header: Any, body: bytes) -> bytes:
    text = (header if isinstance(header, str) else json.dumps(header)).encode()
    return struct.pack("<Q", len(text)) + text + bytes(body)


def entry(name: str, **changes: Any) -> Edit:
    """Change the header's entry of a tensor."""

    def edit(header: dict[str, Any], body: bytearray) -> None:
        header[name] |= changes

    return edit


def numbers(name: str, kind: str, index: int, value: float) -> Edit:
    """Change a number of a tensor."""

    def edit(header: dict[str, Any], body: bytearray) -> None:
        start, end = header[name]["data_offsets"]
        values = np.frombuffer(bytes(body[start:end]), kind).copy()
        values[index] = value
        body[start:end] = values.tobytes()

    return edit


def meta(**changes: Any) -> Edit:
    """Change the description; None takes a key away."""

    def edit(header: dict[str, Any], body: bytearray) -> None:
        for key, value in changes.items():
            header["__metadata__"][key] = value
            if value is None:
                del header["__metadata__"][key]

    return edit


def setting(*path: str, value: Any) -> Edit:
    """Change one of the settings; Ellipsis takes it away."""

    def edit(header: dict[str, Any], body: bytearray) -> None:
        values = json.loads(header["__metadata__"]["settings"])
        inner = values
        for key in path[:-1]:
            inner = inner[key]
        inner[path[-1]] = value
        if value is ...:
            del inner[path[-1]]
        header["__metadata__"]["settings"] = json.dumps(values)

    return edit


def without(name: str) -> Edit:
    """Take a tensor away with its bytes."""

    def edit(header: dict[str, Any], body: bytearray) -> None:
        start, end = header.pop(name)["data_offsets"]
        del body[start:end]
        for key, other in header.items():
            if key != "__metadata__" and other["data_offsets"][0] >= end:
                other["data_offsets"] = [place - (end - start) for place in other["data_offsets"]]

    return edit


def extra(header: dict[str, Any], body: bytearray) -> None:
    header["more"] = {"dtype": "U8", "shape": [1], "data_offsets": [len(body), len(body) + 1]}
    body += b"x"


def text_of_words(new: bytes) -> Edit:
    def edit(header: dict[str, Any], body: bytearray) -> None:
        start, end = header["words.text"]["data_offsets"]
        assert len(new) == end - start
        body[start:end] = new

    return edit


def special_token_as_word(header: dict[str, Any], body: bytearray) -> None:
    text_of_words(b"SENTENCE_ENDabcd")(header, body)
    start, end = header["words.ends"]["data_offsets"]
    body[start:end] = np.array([12, 13, 14, 15, 16], "<i8").tobytes()


def reshaped_vocabulary(header: dict[str, Any], body: bytearray) -> None:
    for name in ("words.ends", "words.counts"):
        header[name]["shape"] = [5, 1]


def same_place(header: dict[str, Any], body: bytearray) -> None:
    header["V"]["data_offsets"] = header["U"]["data_offsets"]  # both have 32 numbers


def with_single_precision(name: str) -> Edit:
    """Give one parameter another number format than the others."""

    def edit(header: dict[str, Any], body: bytearray) -> bytes:
        tensors = load(put_together(header, body))
        tensors[name] = tensors[name].astype(np.float32)
        return save(tensors, header["__metadata__"])

    return edit


def sample(number: int) -> str:
    """Say that an evaluation was of a sample."""
    return json.dumps([{"evaluation": number, "standard_error": None, "is_interim": False}])


HUGE = 1 << 40
NO_BYTES = '{"dtype": "U8", "shape": [0], "data_offsets": [0, 0]}'  # the library takes the last one
BAD_FILES: dict[str, tuple[str, Edit | bytes]] = {
    "empty": ("too short", b""),
    "seven bytes": ("too short", b"1234567"),
    "a pickle": ("another kind", b"\x80\x04\x95" + b"cos\nsystem\n" * 20),
    "a zip": ("another kind", b"PK\x03\x04" + bytes(200)),
    "a table of text": ("another kind", b"id,body\n1,a text\n"),
    "zeros": ("another kind", bytes(100)),
    "a header of no bytes": ("header claims 0", bytes(8) + b"{}"),
    "a header longer than the file": ("header claims", struct.pack("<Q", 101) + b"{" * 100),
    "a header of 2**63 bytes": ("header claims", struct.pack("<Q", 1 << 63) + b"{" * 100),
    "a header over the limit": (
        "header claims",
        put_together('{"a":"' + "x" * ((1 << 20) - 7) + '"}', b""),
    ),
    "not JSON": ("header cannot be read", put_together("{not json", b"")),
    "not UTF-8": ("header cannot be read", struct.pack("<Q", 4) + b"\xff\xfe{}"),
    "deep nesting": ("header cannot be read", put_together("[" * 100_000, b"")),
    "a list": ("header is not a table", put_together("[]", b"")),
    "a repeated key": ("header cannot be read", put_together('{"a": 1, "a": 1}', b"")),
    "a tensor named twice": (
        "header cannot be read",
        put_together('{"a": %s, "a": %s}' % ((NO_BYTES,) * 2), b""),
    ),
    "an endless number": ("header cannot be read", put_together('{"a": 1' + "0" * 9999 + "}", b"")),
    "NaN in the header": ("header cannot be read", put_together('{"a": NaN}', b"")),
    "no tensors and no words": ("does not say", put_together("{}", b"")),
    "description of a number": ("description", put_together('{"__metadata__": {"a": 1}}', b"")),
    "description of a list": ("description", put_together('{"__metadata__": []}', b"")),
    "another format": ("does not say", meta(format="pt")),
    "no format": ("does not say", meta(format=None)),
    "no version": ("names no version", meta(version=None)),
    "version 0": ("no version 0", meta(version="0")),
    "version 1.5": ("names no version", meta(version="1.5")),
    "a version of ten digits": ("names no version", meta(version="9" * 10)),
    "a version of a thousand digits": ("names no version", meta(version="9" * 1000)),
    "no settings": ("settings cannot be read", meta(settings=None)),
    "settings of a list": ("settings are not", meta(settings="[]")),
    "settings with NaN": ("settings cannot be read", meta(settings='{"epoch": NaN}')),
    "settings without the network": ("no ModelConfig", setting("model_config", value=...)),
    "settings without a corpus": ("no CorpusSummary", setting("summary", value=None)),
    "a corpus without a name": ("lacks 'name'", setting("summary", "name", value=...)),
    "a number as the corpus's name": ("'name' is 3", setting("summary", "name", value=3)),
    "a hidden size of no number": ("hidden_dim", setting("model_config", "hidden_dim", value="4")),
    "a hidden size of true": ("hidden_dim", setting("model_config", "hidden_dim", value=True)),
    "a hidden size of 0": ("between 1 and", setting("model_config", "hidden_dim", value=0)),
    "another hidden size": ("'U' has the shape", setting("model_config", "hidden_dim", value=5)),
    "a negative truncation": (
        "bptt_truncate",
        setting("model_config", "bptt_truncate", value=-1),
    ),
    "an unknown recipe": ("recipe", setting("train_config", "recipe", value="magic")),
    "negative steps": ("number of steps", setting("step", value=-1)),
    "2**63 steps": ("number of steps", setting("step", value=1 << 63)),
    "steps of half a number": ("number of steps", setting("step", value=1.5)),
    "epochs of text": ("number of epochs", setting("epoch", value="1")),
    "no U": ("lacks 'U'", without("U")),
    "no words": ("lacks 'words.text'", without("words.text")),
    "no history": ("lacks 'history.losses'", without("history.losses")),
    "a tensor too many": ("more than a model", extra),
    "bytes at the end": ("tensors need", lambda header, body: put_together(header, body + b"x")),
    "bytes missing": ("tensors need", lambda header, body: put_together(header, body[:-1])),
    "an unknown dtype": ("number format", entry("U", dtype="F8_E4M3")),
    "one parameter in single precision": (
        "differ in number format",
        with_single_precision("W"),
    ),
    "whole numbers as parameters": ("wrong number format", entry("U", dtype="I64")),
    "a shape larger than the bytes": ("bytes where", entry("U", shape=[HUGE, HUGE])),
    "a shape as large as one may be": ("bytes where", entry("U", shape=[(1 << 48) - 1, 8])),
    "a shape larger than any file": ("no valid shape", entry("U", shape=[1 << 48, 8])),
    "a negative shape": ("no valid shape", entry("U", shape=[-4, -8])),
    "a shape of truth values": ("no valid shape", entry("W", shape=[True, 16])),
    "a shape of a text": ("no valid shape", entry("U", shape="4,8")),
    "a shape of three axes": ("no valid shape", entry("U", shape=[1, 4, 8])),
    "a transposed U": ("'U' has the shape", entry("U", shape=[8, 4])),
    "a flat W": ("'W' has the shape", entry("W", shape=[16])),
    "a W without axes": ("bytes where", entry("W", shape=[])),
    "offsets that run backwards": ("bytes where", entry("U", data_offsets=[256, 0])),
    "two tensors at one place": ("overlap or leave holes", same_place),
    "three offsets": ("no valid place", entry("U", data_offsets=[0, 256, 512])),
    "an entry that is a number": (
        "not one of a tensor",
        lambda h, b: put_together(h | {"U": 1}, b),
    ),
    "an entry with a long name": (
        f"the entry of '{'x' * 40}' is",
        lambda h, b: put_together(h | {"x" * 50: 1}, b),
    ),
    "an entry with more keys": ("not one of a tensor", entry("U", more=1)),
    "words in a matrix": ("shape", reshaped_vocabulary),
    "the same word twice": ("same word twice", text_of_words(b"thecatcat.naive!")),
    "a special token as a word": ("vocabulary cannot be used", special_token_as_word),
    "words that are not UTF-8": ("not UTF-8", text_of_words(b"\xff" * 16)),
    "word ends that run backwards": ("overlap", numbers("words.ends", "<i8", 1, 2)),
    "word ends beyond the text": ("cut off", numbers("words.ends", "<i8", -1, 99)),
    "negative word ends": ("overlap", numbers("words.ends", "<i8", 0, -3)),
    "negative counts": ("negative counts", numbers("words.counts", "<i8", 0, -1)),
    "NaN in U": ("'U' holds numbers that are not finite", numbers("U", "<f8", 3, np.nan)),
    "infinity in V": ("'V' holds numbers that are not finite", numbers("V", "<f8", 0, np.inf)),
    "NaN in W": ("'W' holds numbers that are not finite", numbers("W", "<f8", -1, np.nan)),
    "a V that overflows": ("'V' holds numbers so large", numbers("V", "<f8", 3, 9e307)),
    "a U that overflows": ("'U' or 'W' holds numbers so", numbers("U", "<f8", 3, -1.7e308)),
    "a W that overflows": ("'U' or 'W' holds numbers so", numbers("W", "<f8", 0, 9e307)),
    "samples of no list": ("samples are no list", meta(samples="{}")),
    "a sample before the first": ("samples are out of range", meta(samples=sample(-1))),
    "a sample after the last": ("samples are out of range", meta(samples=sample(2))),
    "a standard error after the last": ("errors are out", meta(change_errors='{"2": 0.1}')),
    "a standard error of true": ("errors are out", meta(change_errors='{"0": true}')),
    "an endless standard error": ("errors are out", meta(change_errors='{"0": 1e999}')),
    "NaN in the losses": ("not finite", numbers("history.losses", "<f8", 0, np.nan)),
    "NaN in an evaluation": ("not finite", numbers("evaluations", "<f8", 2, np.nan)),
    "infinity in a halving": ("not finite", numbers("halvings", "<f8", 0, np.inf)),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_that_a_bad_file_is_refused_with_its_name_and_the_reason(tmp_path: Path, name: str) -> None:
    reason, edit = BAD_FILES[name]
    path = tmp_path / "bad.safetensors"
    if isinstance(edit, bytes):
        path.write_bytes(edit)
    else:
        header, body = taken_apart(model_to_bytes(tiny_model()))
        path.write_bytes(edit(header, body) or put_together(header, body))

    with pytest.raises(ModelFileError) as caught:
        load_model(path)

    message = str(caught.value)
    assert message.startswith("bad.safetensors cannot be opened as a model, because ")
    assert reason in message
    assert message.endswith("choose another file.")


def test_that_no_file_is_written_whose_header_is_over_the_limit() -> None:
    most = {"a": "x" * ((1 << 20) - len('{"__metadata__":{"a":""}}'))}

    assert len(write_tensors({}, most)) == 8 + (1 << 20)
    with pytest.raises(ModelFileError, match="more than a file may hold"):
        write_tensors({}, {"a": most["a"] + "x"})


def test_that_a_file_that_shrinks_while_it_is_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(write_tensors({"a": np.zeros(100_000)}, {}))

    with path.open("rb") as file:
        reader = TensorFileReader(file, newest=1)
        os.truncate(path, 400_000)
        with pytest.raises(ModelFileError, match="ends inside the numbers of 'a'"):
            reader.read("a")


@pytest.mark.parametrize("version", ["2", "9" * 9])
@pytest.mark.parametrize("dtype", ["F64", "F16"], ids=["known", "a number format of then"])
def test_that_a_file_of_a_newer_program_says_just_that(
    tmp_path: Path, version: str, dtype: str
) -> None:
    header, body = taken_apart(model_to_bytes(tiny_model()))
    header["__metadata__"]["version"] = version
    header["U"]["dtype"] = dtype
    (tmp_path / "new.safetensors").write_bytes(put_together(header, body))

    with pytest.raises(ModelFileError) as caught:
        load_model(tmp_path / "new.safetensors")

    assert str(caught.value) == (
        f"new.safetensors was written by a newer RNN Text Lab: it has version {version} and this "
        "program knows versions up to 1. Update this program to open it."
    )


def test_that_a_file_cut_off_anywhere_is_refused(tmp_path: Path) -> None:
    data = model_to_bytes(tiny_model())
    path = tmp_path / "a"

    for length in range(0, len(data), 97):
        path.write_bytes(data[:length])
        with pytest.raises(ModelFileError):
            load_model(path)


@settings(max_examples=200)
@given(st.data())
def test_that_a_mutated_file_opens_as_a_finite_model_or_is_refused(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    content = bytearray(model_to_bytes(tiny_model()))
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=4)):
        content[place] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.mktemp("mutated") / "a"
    path.write_bytes(content)

    try:
        model = load_model(path)
    except ModelFileError:
        return

    assert all(np.isfinite(values).all() for values in model.rnn.parameters_as_numpy())
