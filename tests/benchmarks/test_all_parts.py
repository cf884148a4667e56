"""The benchmark at tiny sizes: what it measures and prints, never how fast."""

import contextlib
import io
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from engine.cli.main import EXIT_WRONG
from engine.config import SampleConfig
from engine.control import RunControl, StageProgress
from engine.errors import EngineError
from engine.language_model.results import SentenceGenerated
from engine.network.batching import batch_from_pairs
from engine.network.rnn import RNN
from engine.sampling.sampler import generate
from tests.benchmarks import key_press, memory
from tests.benchmarks import pytorch_user as user
from tests.benchmarks import texts as benchmark_texts
from tests.benchmarks.__main__ import main
from tests.benchmarks.all_parts import BenchmarkConfig, run_benchmark
from tests.benchmarks.contenders import BATCH_MAKERS, one_sentence_makers
from tests.benchmarks.data import (
    sentences,
    synthetic_corpus,
    typical_lengths,
    typical_model,
    word_shares,
)
from tests.benchmarks.key_press import measure_key_press
from tests.benchmarks.memory import can_measure, in_fresh_process, measure_peaks
from tests.benchmarks.ranks import has_ranks
from tests.benchmarks.report import table_lines
from tests.benchmarks.rows import BenchmarkRow, Machine, Spread, Target, ratios, row
from tests.benchmarks.sentences import measure_window
from tests.benchmarks.turns import Setting
from tests.integration.scale import FULL

TINY = ("--word-dim", "60", "--hidden-dim", "5", "--rounds", "2", "--quick")


# Worth its seconds: each part runs as `make benchmark` runs it, at the smallest sizes there are.
def run_command(*arguments: str) -> str:
    """Return what the command writes to standard output."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
        code = main([*TINY, *arguments])
    assert code == 0
    return out.getvalue()


@pytest.fixture(scope="module")
def objects() -> list[dict[str, Any]]:
    """The objects of one run over the training part."""
    text = run_command("--part", "training", "--json")
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture(scope="module")
def rows(objects: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {item["name"]: item for item in objects if item["event"] == "benchmark_row"}


def test_that_the_machine_is_named_first(objects: list[dict[str, Any]]) -> None:
    assert objects[0]["event"] == "benchmark_machine"
    assert objects[0]["threads"] == torch.get_num_threads()
    assert objects[0]["torch"] == torch.__version__


def test_that_every_contender_has_a_row(rows: dict[str, dict[str, Any]]) -> None:
    makers = BATCH_MAKERS | one_sentence_makers("") | one_sentence_makers("_45")

    assert {name for name, _ in makers.values()} <= rows.keys()
    assert {item["hidden_dim"] for item in rows.values()} == {5}


def test_that_every_speed_is_a_spread_over_the_rounds(rows: dict[str, dict[str, Any]]) -> None:
    for item in rows.values():
        value = item["value"]
        assert value["rounds"] == 2
        assert 0.0 < value["low"] <= value["median"] <= value["high"]


def test_that_the_reference_is_once_as_fast_as_itself(rows: dict[str, dict[str, Any]]) -> None:
    for name in ("one sentence", "one of 45 words", "one of 20 words"):
        assert rows[f"RNNNumpy.sgd_step, {name}"]["times_numpy"]["median"] == 1.0


def test_that_a_comparison_lies_between_the_extremes_of_the_rounds(
    rows: dict[str, dict[str, Any]],
) -> None:
    ours = rows["RNN.sgd_step, one of 45 words"]["value"]
    numpy = rows["RNNNumpy.sgd_step, one of 45 words"]["value"]
    compared = rows["SGD, 45 words: ours / RNNNumpy"]["value"]["median"]

    # two rounds: the quartiles lie inside them, at a quarter of the way
    spread_ours = 2.0 * (ours["high"] - ours["low"])
    spread_numpy = 2.0 * (numpy["high"] - numpy["low"])
    least = (ours["median"] - spread_ours / 2) / (numpy["median"] + spread_numpy / 2)
    most = (ours["median"] + spread_ours / 2) / (numpy["median"] - spread_numpy / 2)
    assert least <= compared <= most


def test_that_other_sizes_than_the_tutorials_have_no_targets(
    rows: dict[str, dict[str, Any]],
) -> None:
    assert all(item["target"] is None and item["is_met"] is None for item in rows.values())


def test_that_the_text_output_is_one_aligned_markdown_table() -> None:
    text = run_command("--part", "sentences")

    table = [line for line in text.splitlines() if line.startswith("|")]
    assert len({len(line) for line in table}) == 1
    assert len({line.count("|") for line in table}) == 1
    assert any("scoring a typed sentence" in line for line in table)
    assert any("drawing 32 sentences" in line for line in table)


def test_that_the_benchmark_brings_its_own_text(monkeypatch: pytest.MonkeyPatch) -> None:
    texts: list[str] = []

    def look(_control: RunControl, _work: object, path: Path, *_: object) -> None:
        texts.append(path.read_text(encoding="utf-8"))

    monkeypatch.setattr(benchmark_texts, "in_fresh_process", look)

    list(benchmark_texts.measure_corpus(RunControl(), word_dim=60, is_quick=True))

    assert [text.partition("\n")[0].strip() for text in texts] == ["id,topic,body"]
    assert len(texts[0]) > 100_000


@pytest.mark.skipif(not (FULL and has_ranks()), reason="it starts six processes with PyTorch")
def test_that_ranks_are_timed_beside_one_process() -> None:
    items = [json.loads(line) for line in run_command("--part", "ranks", "--json").splitlines()]

    names = [item["name"] for item in items[1:]]
    assert [name for name in names if name.startswith("2 ranks / 1 process")] == [
        f"2 ranks / 1 process, {sentences} sentences per step" for sentences in (16, 64)
    ]
    assert all(item["value"]["median"] > 0.0 for item in items[1:])


def test_that_a_text_of_ones_own_is_prepared_twice_and_trained_on(tmp_path: Path) -> None:
    path = tmp_path / "mine.txt"
    path.write_text("One word more, and one word less.\n" * 40, encoding="utf-8")

    out = run_command("--part", "corpus", "--json", "--text", str(path))

    rows = [item for item in map(json.loads, out.splitlines()) if "note" in item]
    assert {item["note"].partition(",")[0] for item in rows} == {"mine.txt"}
    assert [item["name"] for item in rows[:2]] == [
        "corpus preparation",
        "second opening of the same file / first opening",
    ]
    assert ("all memory" in rows[-1]["name"]) == can_measure()
    assert [each.name for each in tmp_path.iterdir()] == ["mine.txt"]


def test_that_a_row_without_a_figure_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)

    (only,) = measure_window(RunControl(), rounds=1)

    assert isinstance(only, BenchmarkRow)
    assert only.value is None
    assert "| not measured |" in table_lines([only])[2]
    assert "PySide6 is not installed" in table_lines([only])[2]


def test_that_a_key_press_in_the_window_is_measured(
    tmp_path: Path, qapp: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("PySide6")

    monkeypatch.setattr(key_press, "_typed", lambda C, keys: key_press.type_keys(C, keys, tmp_path))

    *_, last = measure_key_press(RunControl(), word_dim=100, rounds=1, keys=2)

    assert isinstance(last, BenchmarkRow)
    assert last.value is not None
    assert last.value.median > 0.0


def test_that_the_time_to_the_window_is_measured() -> None:
    pytest.importorskip("PySide6")

    *_, last = measure_window(RunControl(), rounds=1)

    assert isinstance(last, BenchmarkRow)
    assert last.value is not None
    assert "before torch and nltk are loaded" in last.note


def test_that_a_vocabulary_too_small_to_measure_is_refused(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["--word-dim", "3"]) == EXIT_WRONG
    assert "between 50 and 400,000 words" in capsys.readouterr().err


def test_that_a_stopped_benchmark_has_no_rows() -> None:
    control = RunControl()
    control.stop()

    events = list(run_benchmark(BenchmarkConfig(word_dim=60, hidden_dims=(5,)), control))

    assert not any(isinstance(event, BenchmarkRow) for event in events)
    assert isinstance(events[0], Machine)


@pytest.mark.skipif(not can_measure(), reason="this system does not tell the peak of a process")
def test_that_each_contenders_memory_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    some = {name: memory.MAKERS[name] for name in ("user_padded", "ours_batch")}
    monkeypatch.setattr(memory, "MAKERS", some)
    setting = Setting(word_dim=2000, hidden_dim=16, device="cpu")

    items = list(measure_peaks(setting, RunControl()))

    peaks = dict(item for item in items if not isinstance(item, StageProgress))
    # 64 rows of 82 words, 2,000 scores of 4 bytes each: 42 MB for every copy
    assert peaks["user_padded"] > 42.0 > peaks["ours_batch"]


def _die() -> None:
    os._exit(1)


def test_that_a_process_that_dies_is_reported() -> None:
    with pytest.raises(EngineError, match="ended before it had a result"):
        in_fresh_process(RunControl(), _die)


def test_that_a_stop_ends_a_process_under_way() -> None:
    control = RunControl()
    control.stop()

    assert in_fresh_process(control, _wait_for_ever) is None


def _wait_for_ever() -> None:
    RunControlThatNeverEnds().proceed()


class RunControlThatNeverEnds(RunControl):
    def __init__(self) -> None:
        super().__init__()
        self.pause()


def test_that_a_spread_has_the_quartiles() -> None:
    spread = Spread.of([5.0, 1.0, 2.0, 4.0, 3.0])

    assert (spread.low, spread.median, spread.high, spread.rounds) == (2.0, 3.0, 4.0, 5)


def test_that_ratios_are_taken_within_each_round() -> None:
    assert ratios([10.0, 4.0], [5.0, 2.0]) == [2.0, 2.0]


@pytest.mark.parametrize(
    ("is_least", "value", "is_met"),
    [(True, 9.9, False), (True, 10.0, True), (False, 10.0, True), (False, 10.1, False)],
)
def test_that_a_target_is_judged_by_its_bound(is_least: bool, value: float, is_met: bool) -> None:
    measured = row("text", "x", "ms", [value], target=Target(bound=10.0, is_least=is_least))

    assert measured.is_met is is_met
    assert (">= 10.0 ms" in table_lines([measured])[2]) is is_least


def test_that_typical_lengths_are_those_of_the_comments() -> None:
    lengths = typical_lengths(1000)

    assert np.mean(lengths) == pytest.approx(19.7, abs=0.5)
    assert np.median(lengths) == pytest.approx(17, abs=2)
    assert (min(lengths), max(lengths)) >= (2, 60)


def test_that_the_made_up_corpus_has_the_words_and_lengths_of_comments() -> None:
    corpus = synthetic_corpus(2000, word_dim=500, seed=1)

    ids = corpus.training.ids
    assert len(corpus.vocabulary) == 500
    assert corpus.training.words_to_predict / 2000 == pytest.approx(20.0, abs=1.0)
    share = np.mean(ids[(ids > 1)] == 2)
    assert share == pytest.approx(word_shares(497)[0], rel=0.1)


def test_that_the_typical_model_draws_sentences_as_long_as_comments() -> None:
    model = typical_model(word_dim=200, hidden_dim=8)

    config = SampleConfig(count=300, min_length=0, max_length=1000, seed=0)
    drawn = [e for e in generate(model, config, RunControl()) if isinstance(e, SentenceGenerated)]

    assert np.mean([len(sentence.words) for sentence in drawn]) == pytest.approx(19.0, abs=4.0)


def test_that_the_pytorch_users_forms_compute_the_same_loss_as_ours() -> None:
    pairs = sentences([7, 3, 12], word_dim=60, seed=0)
    model = user.UserRNN(60, 5)
    batch = user.PaddedBatch(pairs, torch.device("cpu"))
    torch.nn.init.zeros_(model.output.bias)
    layer = dict(model.rnn.named_parameters())
    torch.nn.init.zeros_(layer["bias_ih_l0"])
    torch.nn.init.zeros_(layer["bias_hh_l0"])
    U = (model.embedding.weight @ layer["weight_ih_l0"].t()).t()  # (H, C)
    ours = RNN.from_parameters(
        U.detach().numpy(),
        model.output.weight.detach().numpy(),
        layer["weight_hh_l0"].detach().numpy(),
    )
    expected = float(ours.word_losses(batch_from_pairs(*zip(*pairs, strict=True))).sum())

    for loss_of in (user.padded_loss, user.masked_loss, user.packed_loss):
        assert loss_of(model, batch).item() == pytest.approx(expected, rel=1e-5)
