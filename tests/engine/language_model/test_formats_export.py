"""Models for other programs: what they read there gives our numbers."""

import json
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx.reference import ReferenceEvaluator

from engine.cli.main import EXIT_WRONG, main
from engine.config import Dtype
from engine.errors import ModelFileError
from engine.language_model import formats
from engine.language_model.formats import can_be_opened, open_model, write_model
from tests.engine.support.models import tiny_model

SENTENCE = [0, 3, 2, 4]


@pytest.mark.parametrize(("dtype", "tolerance"), [("float32", 1e-5), ("float64", 1e-12)])
def test_that_the_onnx_graph_gives_our_probabilities(
    tmp_path: Path, dtype: Dtype, tolerance: float
) -> None:
    model = tiny_model(dtype=dtype)
    path = tmp_path / "model.onnx"

    write_model(model, path)

    graph = onnx.load(path)
    onnx.checker.check_model(graph, full_check=True)
    state = np.zeros((1, model.hidden_dim), dtype)
    found, last = ReferenceEvaluator(graph).run(
        None, {"word_ids": np.array(SENTENCE), "state": state}
    )
    states = model.rnn.hidden_states(SENTENCE)
    expected = torch.log_softmax(model.rnn.logits(states), 1)
    np.testing.assert_allclose(found, expected.numpy(), atol=tolerance)
    np.testing.assert_allclose(last, states[-1:].numpy(), atol=tolerance)
    words = {each.key: each.value for each in graph.metadata_props}["words"]
    assert json.loads(words) == list(model.vocabulary.words)


def test_that_a_sentence_can_be_gone_on_with_word_by_word(tmp_path: Path) -> None:
    model = tiny_model(dtype="float64")
    write_model(model, tmp_path / "model.onnx")
    evaluator = ReferenceEvaluator(onnx.load(tmp_path / "model.onnx"))
    state = np.zeros((1, model.hidden_dim))
    whole, _ = evaluator.run(None, {"word_ids": np.array(SENTENCE), "state": state})

    for place, word_id in enumerate(SENTENCE):
        step, state = evaluator.run(None, {"word_ids": np.array([word_id]), "state": state})
        np.testing.assert_allclose(step[0], whole[place], atol=1e-12)


def test_that_the_word_vectors_are_the_columns_of_U(tmp_path: Path) -> None:
    model = tiny_model()

    write_model(model, tmp_path / "words.VEC")

    head, *lines = (tmp_path / "words.VEC").read_text(encoding="utf-8").splitlines()
    U, _, _ = model.rnn.parameters_as_numpy()
    assert head == f"{model.word_dim} {model.hidden_dim}"
    assert [line.split(" ")[0] for line in lines] == list(model.vocabulary.words)
    found = np.array([line.split(" ")[1:] for line in lines], dtype=U.dtype)
    np.testing.assert_array_equal(found, U.T)


def test_that_a_network_beyond_the_format_is_refused_with_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(formats, "_LARGEST_ONNX", 10)

    with pytest.raises(ModelFileError, match=r"at most 2 GB.*Save it as a \.safetensors file"):
        write_model(tiny_model(), tmp_path / "model.onnx")

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["model.onnx", "model.vec"])
def test_that_a_folder_that_is_not_there_is_told(tmp_path: Path, name: str) -> None:
    with pytest.raises(ModelFileError, match=r"was not exported to .*away"):
        write_model(tiny_model(), tmp_path / "away" / name)


def test_that_only_whole_models_can_be_opened_again() -> None:
    names = ("a.safetensors", "a.npz", "a.onnx", "A.VEC")

    assert [can_be_opened(Path(name)) for name in names] == [True, True, False, False]


@pytest.mark.parametrize("name", ["twin.safetensors", "twin.npz", "twin.onnx", "twin.vec"])
def test_that_the_command_writes_each_format_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    model, twin = tmp_path / "model.safetensors", tmp_path / name
    write_model(tiny_model(), model)

    assert main(["export", str(model), str(twin)]) == 0
    before = twin.read_bytes()
    assert main(["export", str(model), str(twin)]) == EXIT_WRONG

    assert twin.read_bytes() == before
    assert "exists: it is left as it is" in capsys.readouterr().err
    if can_be_opened(twin):
        assert open_model(twin).word_dim == tiny_model().word_dim


def test_that_a_list_of_words_beside_the_tutorials_file_is_not_replaced(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_model(tiny_model(), tmp_path / "model.safetensors")
    (tmp_path / "twin.words.txt").write_text("precious", encoding="utf-8")

    assert main(["export", str(tmp_path / "model.safetensors"), str(tmp_path / "twin.npz")]) == 2

    assert (tmp_path / "twin.words.txt").read_text(encoding="utf-8") == "precious"
    assert not (tmp_path / "twin.npz").exists()
    assert "twin.words.txt exists" in capsys.readouterr().err


def test_that_the_command_says_in_json_what_it_wrote(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_model(tiny_model(), tmp_path / "model.safetensors")
    twin = tmp_path / "twin.npz"

    assert main(["export", "--json", str(tmp_path / "model.safetensors"), str(twin)]) == 0

    values = json.loads(capsys.readouterr().out)
    assert values["event"] == "model_written"
    assert values["paths"] == [str(twin), str(tmp_path / "twin.words.txt")]


@pytest.mark.parametrize("suffix", [".npz", ".onnx", ".vec"])
def test_that_a_name_too_long_for_any_file_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], suffix: str
) -> None:
    write_model(tiny_model(), tmp_path / "model.safetensors")
    name = tmp_path / f"{'x' * 300}{suffix}"

    assert main(["export", str(tmp_path / "model.safetensors"), str(name)]) == EXIT_WRONG
    assert "was not exported" in capsys.readouterr().err


def test_that_an_ending_that_names_no_format_is_told_with_those_that_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_model(tiny_model(), tmp_path / "model.safetensors")

    assert main(["export", str(tmp_path / "model.safetensors"), "model.pt"]) == EXIT_WRONG
    assert "endings .safetensors, .npz, .onnx, .vec" in capsys.readouterr().err


def test_that_training_does_not_write_a_model_under_another_kinds_ending(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "text.csv").write_text("text\na b c\n", encoding="utf-8")

    out = str(tmp_path / "model.onnx")
    assert main(["train", str(tmp_path / "text.csv"), "--out", out]) == EXIT_WRONG
    assert "such as model.safetensors; 'export' writes that format" in capsys.readouterr().err


@pytest.mark.parametrize("suffix", formats.EXPORT_SUFFIXES)
def test_that_a_file_for_other_programs_is_not_called_damaged(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"model{suffix}"
    write_model(tiny_model(), path)

    with pytest.raises(ModelFileError, match="is for other programs") as caught:
        open_model(path)

    assert "damaged" not in str(caught.value)
    with pytest.raises(ModelFileError, match="There is no file"):
        open_model(tmp_path / f"missing{suffix}")
