"""Which settings of runs differ, and when their losses cannot be compared."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.runs.comparison import (
    SPLIT_WARNING,
    VOCABULARY_WARNING,
    RunComparison,
    _named,
    compare_runs,
)
from engine import CorpusConfig, CsvConfig, ModelConfig, TrainConfig
from tests.app.support.runs_fakes import run_curve
from tests.engine.support.run_infos import CORPUS_CONFIG, run_info


def settings(*runs: Any) -> dict[str, tuple[str, ...]]:
    return {row.name: row.values for row in compare_runs(runs).rows if not row.is_result}


def row_of(comparison: RunComparison, name: str) -> tuple[str, ...]:
    return next(row.values for row in comparison.rows if row.name == name)


def test_that_only_differing_settings_are_listed() -> None:
    other = run_info(
        2,
        model_config=ModelConfig(hidden_dim=64),
        train_config=TrainConfig(learning_rate=0.01),
    )

    assert settings(run_info(1), other) == {
        "Hidden units": ("the recipe’s own", "64"),
        "Learning rate": ("the recipe’s own", "0.01"),
    }


def test_that_seeds_of_text_network_and_training_are_told_apart() -> None:
    other = run_info(2, model_config=ModelConfig(seed=1), train_config=TrainConfig(seed=2))

    assert settings(run_info(1), other) == {
        "Seed of the network": ("0", "1"),
        "Seed of the training": ("0", "2"),
    }


def test_that_equal_runs_differ_in_nothing_but_are_shown_with_their_results() -> None:
    comparison = compare_runs([run_info(1), run_info(2)])

    assert all(row.is_result for row in comparison.rows)
    assert row_of(comparison, "Perplexity there") == ("181", "181")
    assert comparison.warnings == ()


@pytest.mark.parametrize(
    "changes",
    [
        {"vocabulary_size": 500},
        {"text_digest": "cd" * 32},
        {"corpus_config": replace(CORPUS_CONFIG, csv=CsvConfig(columns=("title",)))},
        {"corpus_config": None},
    ],
)
def test_that_other_words_forbid_to_compare_perplexities(changes: dict[str, Any]) -> None:
    assert compare_runs([run_info(1), run_info(2, **changes)]).warnings == (VOCABULARY_WARNING,)


def test_that_other_held_out_documents_are_pointed_out() -> None:
    one = replace(CORPUS_CONFIG, counted="all")
    other = replace(one, validation_fraction=0.2)

    comparison = compare_runs([run_info(1, corpus_config=one), run_info(2, corpus_config=other)])

    assert comparison.warnings == (SPLIT_WARNING,)
    assert row_of(comparison, "Share held out") == ("5.0 %", "20.0 %")


def test_that_the_best_run_comes_first_and_the_others_say_how_far_behind() -> None:
    runs = [
        run_info(1, name="a"),
        run_info(2, differs=("H 50",), has_made_name=True),
        run_info(3, differs=("H 50", "tutorial"), has_made_name=True),
    ]
    curves = [
        run_curve(runs[0], 9.0, 6.0, 5.5),
        run_curve(runs[1], 9.0, 5.25, 5.75),
        run_curve(runs[2], 9.0, 5.5, 5.3),
    ]

    comparison = compare_runs(runs, curves)

    assert comparison.names == ("run 2", "run 3", "a")
    assert row_of(comparison, "Best held-out loss") == (
        "5.250 ◆",
        "5.300 (+0.050)",
        "5.500 (+0.250)",
    )
    assert row_of(comparison, "At epoch") == ("1", "2", "2")
    assert comparison.headline == (
        "Best: run 2, 5.250 nats per word at epoch 1; the next is 0.050 higher."
    )
    assert [curve.name for curve in comparison.curves] == ["H 50", "H 50, tutorial", "a"]


@pytest.mark.parametrize("record", [ModelConfig(), TrainConfig(), CORPUS_CONFIG, CsvConfig()])
def test_that_no_setting_is_left_out_of_a_comparison(record: Any) -> None:
    left_out = {"csv", "tokenizer", "processes"}
    named = _named(record.to_json(), "text")

    assert len(named) == len(set(record.to_json()) - left_out)


def test_that_an_equal_loss_is_called_equal() -> None:
    runs = [run_info(1), run_info(2)]

    comparison = compare_runs(runs, [run_curve(run, 9.0, 5.5) for run in runs])

    assert comparison.headline.endswith("at epoch 1; the next is equal.")


def test_that_losses_of_different_words_are_not_set_side_by_side() -> None:
    config = replace(CORPUS_CONFIG, validation_fraction=0.2)  # words are counted in the rest

    comparison = compare_runs([run_info(1), run_info(2, corpus_config=config)])

    assert comparison.warnings == (VOCABULARY_WARNING,)
    assert not any("oss" in row.name for row in comparison.rows)


def test_that_the_same_text_at_another_place_is_the_same(tmp_path: Path) -> None:
    config = CorpusConfig(path=tmp_path / "comments.csv", vocabulary_size=9000)

    assert compare_runs([run_info(1), run_info(2, corpus_config=config)]).warnings == ()
