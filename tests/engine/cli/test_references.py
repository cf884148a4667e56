"""What the commands say of a loss: the tables of word sequences, and the recipe's settings."""

import json
import math
from pathlib import Path

import pytest

from engine.cli.main import main
from engine.language_model.checkpoint import load_model
from tests.engine.support.cli_fakes import objects, train_arguments

HELD_OUT = ("--epochs", "1", "--device", "cpu", "--validation-fraction", "0.2")


def test_that_training_says_what_the_text_costs_without_a_network_and_info_repeats_it(
    csv_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(train_arguments(csv_path, *HELD_OUT)) == 0
    shown = capsys.readouterr().err
    model_path = csv_path.with_name("model.safetensors")
    assert main(["info", str(model_path)]) == 0
    repeated = capsys.readouterr().out

    said = next(line for line in shown.splitlines() if "Without a network" in line)
    assert said.removeprefix("Held-out text. ") in repeated
    losses = load_model(model_path).references
    assert losses is not None
    assert f"a table of word triples {losses.table:.4f}" in said
    assert main(["info", str(model_path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["references"]["order"] == 3


def test_that_nothing_is_said_where_nothing_is_held_out(
    csv_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = train_arguments(csv_path, "--epochs", "1", "--validation-fraction", "0")

    assert main(arguments) == 0

    assert "Without a network" not in capsys.readouterr().err
    assert load_model(csv_path.with_name("model.safetensors")).references is None


def test_that_evaluate_counts_a_table_on_the_text_that_is_named(
    csv_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(train_arguments(csv_path, *HELD_OUT)) == 0
    model = str(csv_path.with_name("model.safetensors"))
    capsys.readouterr()
    arguments = ["evaluate", model, str(csv_path), "--column", "body", "--processes", "1"]

    assert main([*arguments, "--count-on", str(csv_path)]) == 0
    assert "Counted on comments.csv. Without a network: " in capsys.readouterr().out
    assert main([*arguments, "--count-on", str(csv_path), "--json"]) == 0
    *_, result = map(json.loads, capsys.readouterr().out.splitlines())
    assert result["references"]["table"] < result["references"]["unigram"]
    assert main([*arguments, "--json"]) == 0
    *_, result = map(json.loads, capsys.readouterr().out.splitlines())
    assert "references" not in result


@pytest.fixture
def model(csv_path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    assert main(train_arguments(csv_path, *HELD_OUT)) == 0
    capsys.readouterr()
    return str(csv_path.with_name("model.safetensors"))


def test_that_a_table_is_counted_beside_the_score_of_a_sentence(
    model: str, csv_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["score", model, "the cat ran", "--count-on", str(csv_path), "--column", "body"]

    assert main(arguments) == 0
    _, by_network, by_table, *_ = capsys.readouterr().out.splitlines()
    assert by_network.startswith("  probability ")
    assert by_table.startswith("  a table of word triples, without a network: probability ")
    assert main([*arguments, "--json"]) == 0
    *_, scored = map(json.loads, capsys.readouterr().out.splitlines())
    table = scored["table"]
    assert table["perplexity"] == pytest.approx(math.exp(-table["log_probability"] / 4))
    assert scored["mixture"] == ""


@pytest.mark.parametrize("ends", ["rules", "punkt"])
def test_that_a_text_is_read_as_the_model_s_was(
    ends: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "dots.csv"
    rows = "".join(f'{k},"the cat ran… The dog sat {k}."\n' for k in range(40))
    path.write_text(f"id,body\n{rows}", encoding="utf-8")
    words = ("--tokenizer", "tutorial", "--language", "en", "--sentence-ends", ends)
    assert main(train_arguments(path, *HELD_OUT, *words)) == 0
    trained = load_model(path.with_name("model.safetensors")).summary
    capsys.readouterr()

    arguments = ["score", str(path.with_name("model.safetensors")), "the cat", "--json"]
    assert main([*arguments, "--count-on", str(path), "--column", "body"]) == 0

    events = objects(capsys.readouterr().out)
    (counted,) = [each for each in events if each["event"] == "corpus_ready"]
    assert counted["sentences"] == trained.sentences == (80 if ends == "rules" else 40)
    assert not [each for each in events if each["event"] == "notice"]


@pytest.mark.parametrize(
    "command",
    [
        ["generate", "-n", "2", "--seed", "1", "--min-length", "0"],
        ["next", "the cat"],
        ["score", "the cat ran"],
        ["score", "the cat ran", "--per-word"],
        ["rank"],
    ],
)
def test_that_a_mixture_is_named_wherever_it_is_asked(
    command: list[str], model: str, csv_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name, *more = command
    more += [str(csv_path)] if name == "rank" else []
    arguments = [name, model, *more]
    assert main(arguments) == 0
    alone = capsys.readouterr()

    assert main([*arguments, "--mixture", "--count-on", str(csv_path)]) == 0

    mixed = capsys.readouterr()
    said = next(line for line in mixed.err.splitlines() if line.startswith("This is a mixture of"))
    assert "% network and" in said
    assert "others it loses" in said
    assert mixed.out != alone.out
    assert "mixture" not in alone.out + alone.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["generate", "{model}", "--mixture"], "name a text with --count-on FILE"),
        (["generate", "{model}", "--count-on", "{csv}"], "goes with --mixture"),
        (["score", "{model}", "a cat", "--per-word", "--count-on", "{csv}"], "with --mixture"),
        (["score", "{model}", "a cat", "--count-on", "{csv}.gone"], "comments.csv.gone"),
    ],
)
def test_that_a_text_to_count_on_is_asked_for_in_words(
    arguments: list[str],
    said: str,
    model: str,
    csv_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    code = main([each.format(model=model, csv=csv_path) for each in arguments])

    shown = capsys.readouterr()
    assert code == 2
    assert shown.err.startswith("Error: ")
    assert said in shown.err
    assert not shown.out


def test_that_each_setting_of_the_recipe_can_be_chosen(
    csv_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chosen = ("--no-unigram-start", "--output-dropout", "0.25", "--averaging", "0")
    smoothed = ("--label-smoothing", "0.2", "--min-improvement", "0.03")

    assert main(train_arguments(csv_path, *HELD_OUT, *chosen, *smoothed)) == 0

    config = load_model(csv_path.with_name("model.safetensors")).train_config
    assert (config.unigram_start, config.output_dropout, config.averaging) == (False, 0.25, 0.0)
    assert config.weight_decay == 0.15  # by the size of the text
    assert config.label_smoothing == 0.2
    assert config.min_improvement == 0.03
    said = capsys.readouterr().err
    assert "0.25 at the output" in said
    assert "label smoothing 0.2 (in no loss that is shown)" in said
    assert "rate halved where an evaluation gains less than 0.03 nats" in said


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--output-dropout", "1", "A dropout is a share from 0 to 0.9, not 1.0."),
        (
            "--softmax-sample",
            "0",
            (
                "The share of the words that a softmax is over is above 0 and at most 1 (the exact "
                "softmax), not 0.0."
            ),
        ),
    ],
)
def test_that_a_setting_out_of_range_is_refused_before_the_text_is_read(
    option: str, value: str, said: str, csv_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(train_arguments(csv_path, option, value)) == 2

    assert capsys.readouterr().err == f"Error: {said}\n"
