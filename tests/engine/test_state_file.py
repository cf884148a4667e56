"""The state of a run comes back bit by bit, and a damaged one is refused."""

import json
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from engine.config import ModelConfig, TrainConfig
from engine.control import RunControl
from engine.errors import ModelFileError
from engine.state_file import load_state, state_to_bytes
from engine.trainer import Trainer
from engine.training_state import TrainingState
from tests.engine.runs import animal_corpus


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> TrainingState:
    corpus = animal_corpus(tmp_path_factory.mktemp("corpus"))
    config = TrainConfig(epochs=2, batch_size=8)
    trainer = Trainer(corpus, ModelConfig(hidden_dim=4, device="cpu"), config)
    for _ in trainer.run(RunControl()):
        pass
    return trainer.state()


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


def test_that_a_state_that_is_not_finite_is_not_written(state: TrainingState) -> None:
    broken = replace(state, parameters=state.parameters | {"W": state.parameters["W"] / 0.0})

    with pytest.raises(ModelFileError, match="smaller learning rate"):
        state_to_bytes(broken)
    with pytest.raises(ModelFileError, match="smaller learning rate"):
        state_to_bytes(replace(state, progress=replace(state.progress, epoch_loss=float("nan"))))


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


def setting(*path: str, value: Any) -> Callable[[bytes], bytes]:
    def change(header: dict[str, Any]) -> None:
        place = header["__metadata__"]["settings"]
        for name in path[:-1]:
            place = place[name]
        place[path[-1]] = value

    return change_header(change)


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "cut": lambda data: data[:-1],
    "longer": lambda data: data + b"0",
    "not one": lambda data: b"PK" + data,
    "a model": change_header(lambda h: h["__metadata__"].update(format="rnn-text-lab-model")),
    "a newer version": change_header(lambda h: h["__metadata__"].update(version="2")),
    "no progress": setting("progress", value=None),
    "a negative step": setting("progress", "step", value=-1),
    "a batch of none": setting("progress", "batch_size", value=0),
    "no learning rate": setting("progress", "learning_rate", value=0.0),
    "sentences there are not": setting("progress", "sentences_done", value=10**6),
    "more than a part of an epoch": setting("progress", "epoch_part_before", value=1.0),
    "another size": setting("model_config", "hidden_dim", value=5),
    "a missing tensor": change_header(lambda h: h.pop("last.W")),
    "an unknown tensor": change_header(lambda h: h.update(code=h.pop("best.W"))),
    "another shape": change_header(lambda h: h["last.U_by_word"]["shape"].reverse()),
    "another format": change_header(lambda h: h["optimizer.0.step"].update(dtype="I64")),
}


def test_that_a_state_of_an_older_program_began_with_whole_epochs(
    state: TrainingState, tmp_path: Path
) -> None:
    path = tmp_path / "state"
    forget = change_header(
        lambda h: h["__metadata__"]["settings"]["progress"].pop("epoch_part_before")
    )
    path.write_bytes(forget(state_to_bytes(state)))

    assert load_state(path).progress == state.progress


@pytest.mark.parametrize("name", DAMAGES)
def test_that_a_damaged_state_is_refused_in_a_sentence(
    state: TrainingState, tmp_path: Path, name: str
) -> None:
    path = tmp_path / "state"
    path.write_bytes(DAMAGES[name](state_to_bytes(state)))

    with pytest.raises(ModelFileError, match="cannot be opened as the state of a run, because"):
        load_state(path)


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
