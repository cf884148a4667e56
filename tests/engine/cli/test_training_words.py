"""The choice of words on the command line, and what a model keeps of it."""

import json
from pathlib import Path

import pytest

from engine.cli.main import main
from engine.language_model.formats import open_model
from tests.engine.support.corpora import write_rows
from tests.engine.support.languages import own_sentences

QUICK = ("--epochs", "1", "--hidden-dim", "2", "--processes", "1", "--device", "cpu", "--no-cache")


def train(path: Path, *more: str) -> Path:
    model = path.with_suffix(".safetensors")
    assert main(["train", str(path), "--out", str(model), "--force", *QUICK, *more]) == 0
    return model


@pytest.fixture
def german(tmp_path: Path) -> Path:
    return write_rows(tmp_path / "de.csv", own_sentences("de") * 2)


def test_that_a_german_text_is_read_as_german(
    german: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = open_model(train(german))

    told = capsys.readouterr().err
    assert model.reading.config.name == "words"
    assert model.reading.rules.language == "de"
    assert model.description.endswith("It reads German, cased.")
    assert "Haus" in model.vocabulary
    assert "Words: German, cased." in told
    assert main(["score", str(german.with_suffix(".safetensors")), "Das Haus."]) == 0
    assert "unknown" not in capsys.readouterr().out


def test_that_the_options_make_the_words(german: Path) -> None:
    options = ("--tokenizer", "words", "--lower-case", "--language", "de", "--merge-numbers")

    model = open_model(train(german, *options, "--min-count", "3"))

    assert "haus" in model.vocabulary
    assert "NUMBER_TOKEN" in model.vocabulary
    assert model.summary.min_count == 3
    assert min(model.vocabulary.counts[2:-1]) >= 3
    assert model.reading.writing.forms["haus"] == "Haus"


def test_that_lower_case_goes_with_words(german: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["train", str(german), "--out", str(german.with_suffix(".st")), "--lower-case"])

    assert code == 2
    assert "--lower-case goes with --tokenizer words" in capsys.readouterr().err


def test_that_a_model_reads_another_text_as_its_own(
    german: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = train(german, "--validation-fraction", "0", "--min-count", "1")
    other = write_rows(tmp_path / "other.csv", ["„Das Haus ist verkauft“, sagte Dr. Jörg Möller."])
    capsys.readouterr()

    assert main(["evaluate", str(model), str(other), "--json", "--no-cache"]) == 0

    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    # A text this short teaches no language: the model's own rules read it.
    assert (told["sentences"], told["unknown_share"]) == (1, 0.0)


@pytest.mark.parametrize("tokenizer", ["whitespace", "auto"])
def test_that_a_published_corpus_s_unknown_word_is_unknown(tokenizer: str, tmp_path: Path) -> None:
    path = tmp_path / "ptb.train.txt"
    path.write_text(" the <unk> rose N % \n mr. <unk> said no \n the <unk> fell \n" * 20)
    options = ["--tokenizer", tokenizer, "--documents", "lines", "--validation-fraction", "0"]
    if tokenizer != "auto":
        options += ["--unknown-word", "<unk>"]

    model = open_model(train(path, *options))

    assert model.reading.config.unknown_word == "<unk>"
    assert "<unk>" not in model.vocabulary
    known = {"the", "rose", "N", "%", "mr.", "said", "no", "fell"}
    assert set(model.vocabulary.words[2:-1]) == known
    assert model.summary.unknown_share == pytest.approx(3 / 12)


def test_that_an_unknown_word_goes_with_whitespace(
    german: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["train", str(german), "--out", str(german.with_suffix(".st")),
                 "--tokenizer", "words", "--unknown-word", "<unk>"])  # fmt: skip

    assert code == 2
    assert "goes with the tokenizer whitespace" in capsys.readouterr().err
