"""The state of a run comes back bit by bit, and a damaged one is refused."""

import json
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.numpy import load, save

from engine.errors import ConfigError, ModelFileError
from engine.training.state import TrainingState, load_state, require_same_text, state_to_bytes
from tests.engine.support.runs import animal_corpus


def test_that_a_state_comes_back_bit_by_bit(state: TrainingState, tmp_path: Path) -> None:
    path = tmp_path / "state"
    path.write_bytes(state_to_bytes(state))

    back = load_state(path)

    assert back.progress == state.progress
    assert back.history == state.history
    assert (back.model_config, back.train_config) == (state.model_config, state.train_config)
    assert back.vocabulary.words == state.vocabulary.words
    for name in ("parameters", "best", "optimizer"):
        mine, theirs = getattr(back, name), getattr(state, name)
        assert mine.keys() == theirs.keys()
        for key, value in theirs.items():
            assert mine[key].dtype == value.dtype
            assert torch.equal(mine[key], value)


def test_that_other_sentences_of_the_same_file_are_named(
    state: TrainingState, tmp_path: Path
) -> None:
    corpus = animal_corpus(tmp_path)
    require_same_text(state, corpus)
    other = replace(state, progress=replace(state.progress, text_digest="another"))

    with pytest.raises(ConfigError, match="its sentences are not those of the run"):
        require_same_text(other, corpus)


def test_that_a_state_that_is_not_finite_is_not_written(state: TrainingState) -> None:
    broken = replace(state, parameters=state.parameters | {"W": state.parameters["W"] / 0.0})

    with pytest.raises(ModelFileError, match="smaller learning rate"):
        state_to_bytes(broken)


@pytest.mark.parametrize("name", ["epoch_loss", "tail_loss", "best_loss", "learning_rate"])
@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_that_progress_that_is_not_finite_is_not_written(
    state: TrainingState, name: str, value: float
) -> None:
    broken: Any = replace(state.progress, **{name: value})  # type: ignore[arg-type]

    with pytest.raises(ModelFileError, match="smaller learning rate"):
        state_to_bytes(replace(state, progress=broken))


def change_header(change: Callable[[dict[str, Any]], None]) -> Callable[[bytes], bytes]:
    """Return a damage: the header with a change, its settings as a table."""

    def damage(data: bytes) -> bytes:
        length = int.from_bytes(data[:8], "little")
        header = json.loads(data[8 : 8 + length])
        header["__metadata__"]["settings"] = json.loads(header["__metadata__"]["settings"])
        change(header)
        header["__metadata__"]["settings"] = json.dumps(header["__metadata__"]["settings"])
        text = json.dumps(header).encode()
        return len(text).to_bytes(8, "little") + text + data[8 + length :]

    return damage


def with_double_precision(data: bytes) -> bytes:
    length = int.from_bytes(data[:8], "little")
    tensors = load(data)
    tensors["best.V"] = tensors["best.V"].astype(np.float64)
    return save(tensors, json.loads(data[8 : 8 + length])["__metadata__"])


EMPTY = {"dtype": "U8", "shape": [0], "data_offsets": [0, 0]}


def setting(*path: str, value: Any) -> Callable[[bytes], bytes]:
    def change(header: dict[str, Any]) -> None:
        place = header["__metadata__"]["settings"]
        for name in path[:-1]:
            place = place[name]
        place[path[-1]] = value

    return change_header(change)


def errors_of(text: str) -> Callable[[bytes], bytes]:
    """Return a damage: other standard errors of the changes."""
    return change_header(lambda header: header["__metadata__"].update(change_errors=text))


def number(name: str, index: int, value: float) -> Callable[[bytes], bytes]:
    """Return a damage: one number of a tensor of float32."""

    def damage(data: bytes) -> bytes:
        length = int.from_bytes(data[:8], "little")
        start, end = json.loads(data[8 : 8 + length])[name]["data_offsets"]
        begin, stop = 8 + length + start, 8 + length + end
        values = np.frombuffer(data[begin:stop], "<f4").copy()
        values[index] = value
        return data[:begin] + values.tobytes() + data[stop:]

    return damage


def bytes_as_optimizer(header: dict[str, Any]) -> None:
    entry = header["optimizer.0.step"]
    size = entry["data_offsets"][1] - entry["data_offsets"][0]
    entry.update(dtype="U8", shape=[size])


def optimizer_of(count: int) -> Callable[[dict[str, Any]], None]:
    """Return a change: empty tensors up to so many of the optimiser."""

    def change(header: dict[str, Any]) -> None:
        there = sum(name.startswith("optimizer.") for name in header)
        end = max(entry["data_offsets"][1] for entry in header.values() if "dtype" in entry)
        for index in range(there, count):
            entry = {"dtype": "F32", "shape": [0], "data_offsets": [end, end]}
            header[f"optimizer.{index}.more"] = entry

    return change


def other_format(header: dict[str, Any]) -> None:
    entry = header["last.W"]  # (4, 4) of float32, as if (4, 2) of float64
    entry.update(dtype="F64", shape=[4, 2])


DAMAGES: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "cut": ("tensors need", lambda data: data[:-1]),
    "longer": ("tensors need", lambda data: data + b"0"),
    "not one": ("another kind", lambda data: b"PK" + data),
    "a model": (
        "does not say",
        change_header(lambda h: h["__metadata__"].update(format="rnn-text-lab-model")),
    ),
    "an older version": (
        "another version than 1",
        change_header(lambda h: h["__metadata__"].update(version="0")),
    ),
    "settings of a list": (
        "settings are not a table",
        lambda data: change_header(lambda h: h["__metadata__"].update(settings=[]))(data),
    ),
    "no progress": ("no Progress", setting("progress", value=None)),
    "a negative step": ("counts are out", setting("progress", "step", value=-1)),
    "a step of 2**53": ("counts are out", setting("progress", "step", value=1 << 53)),
    "negative words": ("counts are out", setting("progress", "words", value=-1)),
    "negative words of a tail": ("counts are out", setting("progress", "tail_words", value=-1)),
    "standard errors as a list": ("no table", errors_of("[0.1]")),
    "a negative standard error": ("errors are out", errors_of('{"0": -0.1}')),
    "a standard error of an evaluation there is not": ("errors are out", errors_of('{"99": 0.1}')),
    "a standard error of no number": ("errors are out", errors_of('{"x": 0.1}')),
    "a negative time": ("times are out", setting("progress", "elapsed_s", value=-0.5)),
    "a batch of none": ("progress is out", setting("progress", "batch_size", value=0)),
    "no learning rate": ("progress is out", setting("progress", "learning_rate", value=0.0)),
    "no first rate": ("progress is out", setting("progress", "first_rate", value=0.0)),
    "a whole epoch before": (
        "progress is out",
        setting("progress", "epoch_part_before", value=1.0),
    ),
    "less than no epoch before": (
        "progress is out",
        setting("progress", "epoch_part_before", value=-0.1),
    ),
    "sentences there are not": (
        "progress is out",
        setting("progress", "sentences_done", value=10**6),
    ),
    "another size": ("has the shape", setting("model_config", "hidden_dim", value=5)),
    "a missing tensor": ("lacks 'last.W'", change_header(lambda h: h.update(W=h.pop("last.W")))),
    "an unknown tensor": ("more than a state", change_header(lambda h: h.update(code=EMPTY))),
    "another shape": (
        "'last.U_by_word' has the shape",
        change_header(lambda h: h["last.U_by_word"]["shape"].reverse()),
    ),
    "another format": ("'last.W' has the shape", change_header(other_format)),
    "one parameter in double precision": ("differ in number format", with_double_precision),
    "bytes as optimiser": ("optimiser is no numbers", change_header(bytes_as_optimizer)),
    "an optimiser of many parts": ("too many tensors", change_header(optimizer_of(65))),
    "NaN at the beginning": ("'last.W' holds", number("last.W", 0, np.nan)),
    "NaN at the end": ("'best.V' holds", number("best.V", -1, np.nan)),
    "an infinite optimiser": ("'optimizer.0", number("optimizer.0.exp_avg", 3, np.inf)),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_that_a_damaged_state_is_refused_in_a_sentence(
    state: TrainingState, tmp_path: Path, name: str
) -> None:
    reason, damage = DAMAGES[name]
    path = tmp_path / "state"
    path.write_bytes(damage(state_to_bytes(state)))

    with pytest.raises(
        ModelFileError, match="cannot be opened as the state of a run, because"
    ) as caught:
        load_state(path)

    assert reason in str(caught.value)


def test_that_a_state_of_a_newer_program_says_just_that(
    state: TrainingState, tmp_path: Path
) -> None:
    newer = change_header(lambda h: h["__metadata__"].update(version="2"))
    (tmp_path / "state").write_bytes(newer(state_to_bytes(state)))

    with pytest.raises(ModelFileError, match=r"newer RNN Text Lab.* Update this program") as caught:
        load_state(tmp_path / "state")

    assert "damaged" not in str(caught.value)


@pytest.mark.parametrize(
    "change",
    [
        setting("progress", "batch_size", value=1),
        setting("progress", "step", value=0),
        setting("progress", "elapsed_s", value=0.0),
        setting("progress", "epoch_part_before", value=0.0),
        change_header(optimizer_of(64)),
        errors_of('{"0": 0.0}'),
    ],
)
def test_that_what_is_just_in_range_is_read(
    state: TrainingState, tmp_path: Path, change: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "state"
    path.write_bytes(change(state_to_bytes(state)))

    assert load_state(path).vocabulary == state.vocabulary


def test_that_every_sentence_of_an_epoch_may_be_done(state: TrainingState, tmp_path: Path) -> None:
    path, sentences = tmp_path / "state", state.summary.training_sentences
    change = setting("progress", "sentences_done", value=sentences)
    path.write_bytes(change(state_to_bytes(state)))

    assert load_state(path).progress.sentences_done == sentences


@pytest.mark.parametrize("index", [0, 2, 4, 6])
def test_that_one_number_that_is_not_finite_is_found_in_every_piece(
    state: TrainingState, monkeypatch: pytest.MonkeyPatch, index: int
) -> None:
    monkeypatch.setattr("engine.training.state._PIECE", 3)
    U = state.parameters["U_by_word"].clone()
    U.view(-1)[index] = torch.nan

    with pytest.raises(ModelFileError, match="no longer finite"):
        state_to_bytes(replace(state, parameters=state.parameters | {"U_by_word": U}))


def test_that_no_mutation_of_a_state_is_anything_but_read_or_refused(
    state: TrainingState, tmp_path: Path
) -> None:
    chance, whole, path = random.Random(3), state_to_bytes(state), tmp_path / "state"
    refused = 0
    for _ in range(300):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 8)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        path.write_bytes(data)
        try:
            load_state(path)
        except ModelFileError:
            refused += 1

    assert refused > 100
