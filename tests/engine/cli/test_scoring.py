"""Scores as tables: one line per word, a CSV's column, and ranked candidates."""

import csv
import io
import math
import shlex
from pathlib import Path

import pytest

from engine.cli.main import EXIT_WRONG, main
from engine.language_model.results import NOTHING
from engine.scoring.scorer import score
from engine.scoring.text_scores import score_texts
from tests.engine.support.cli_fakes import objects
from tests.engine.support.models import tiny_model

TEXTS = ["the cat sat .", "cat the zebra", "sat"]


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text), delimiter="\t"))


def test_that_each_word_is_a_line_that_a_table_reads(
    model_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["score", str(model_path), *TEXTS, "--per-word", "--base", "2"])

    shown = capsys.readouterr()
    rows = table(shown.out)
    expected = [
        word for text in TEXTS for word in next(iter(score(tiny_model(), text))).score.words
    ]
    assert code == 0
    assert [row["word"] for row in rows] == [word.word for word in expected]
    assert [row["sentence"] for row in rows] == ["1"] * 5 + ["2"] * 4 + ["3"] * 2
    for row, word in zip(rows, expected, strict=True):
        assert float(row["log2_probability"]) == pytest.approx(-word.bits, abs=1e-6)
        assert float(row["surprisal_bits"]) == pytest.approx(word.bits, abs=1e-6)
        assert (int(row["rank"]), row["known"]) == (word.rank, "yes" if word.is_known else "no")
    figures = dict(line.split(":\t") for line in shown.err.splitlines())
    assert (figures["Texts"], figures["Tokens"], figures["OOVs"]) == ("3", "11", "1")
    every = [word for word in expected if word.is_known]
    nats = -sum(word.log_probability for word in every) / len(every)
    assert float(figures["Perplexity excluding OOVs"]) == pytest.approx(math.exp(nats), rel=1e-5)


def test_that_totals_are_given_with_and_without_unknown_words(
    model_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["score", str(model_path), *TEXTS, "--per-word", "--json"])

    total = objects(capsys.readouterr().out)[-1]
    expected = sum(score_texts(tiny_model(), TEXTS), start=NOTHING)
    assert (total["event"], total["texts"]) == ("totals", 3)
    assert total["log_probability"] == pytest.approx(expected.log_probability)
    assert total["log_probability_of_known"] == pytest.approx(expected.log_probability_of_known)
    assert total["perplexity_of_known"] == pytest.approx(expected.perplexity_of_known)


def test_that_a_column_is_scored_beside_its_rows(
    model_path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "rows.csv"
    path.write_text('id,text,by\n1,the cat,"a, b"\n2,,c\n3,"sat\nzebra",d\n', encoding="utf-8")

    code = main(["score", str(model_path), "--csv", str(path), "--column", "text"])

    shown = capsys.readouterr()
    rows = list(csv.DictReader(io.StringIO(shown.out)))
    scored = score_texts(tiny_model(), ["the cat", "sat\nzebra"])
    assert code == 0
    assert [row["by"] for row in rows] == ["a, b", "c", "d"]
    assert rows[1]["log10_probability"] == rows[1]["words"] == ""
    for row, expected in zip((rows[0], rows[2]), scored, strict=True):
        log10 = expected.log_probability / math.log(10.0)
        assert float(row["log10_probability"]) == pytest.approx(log10, abs=1e-6)
        assert float(row["perplexity"]) == pytest.approx(expected.perplexity, rel=1e-5)
        assert (int(row["words"]), int(row["unknown_words"])) == (expected.words, expected.unknown)
    assert "Texts:\t2" in shown.err


def test_that_a_column_as_json_keeps_the_row(
    model_path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("id,text\n1,the cat\n2,a dog sat\n", encoding="utf-8")

    main(["score", str(model_path), "--csv", str(path), "--column", "text", "--json"])

    first, _, total = objects(capsys.readouterr().out)
    assert first["row"] == {"id": "1", "text": "the cat"}
    assert first["words"] == 3
    assert total["texts"] == 2


def test_that_words_of_a_column_stand_beside_their_rows(
    model_path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "items.csv"
    path.write_text(
        "item,text,condition\n1,the cat,long\n2,,none\n3,sat,a b\n4\n", encoding="utf-8"
    )
    arguments = ["score", str(model_path), "--csv", str(path), "--column", "text", "--per-word"]

    main(arguments)
    shown = capsys.readouterr()
    main([*arguments, "--json"])

    rows = table(shown.out)
    assert [row["word"] for row in rows] == ["the", "cat", "SENTENCE_END", "sat", "SENTENCE_END"]
    assert [row["sentence"] for row in rows] == ["1"] * 3 + ["3"] * 2
    assert [row["item"] + row["condition"] for row in rows] == ["1long"] * 3 + ["3a b"] * 2
    assert "text" not in rows[0]
    assert "1 row could not be read" in shown.err
    first, second, total = objects(capsys.readouterr().out)
    assert (first["row"]["item"], second["row"]["condition"]) == ("1", "a b")
    bits = [word["bits"] for each in (first, second) for word in each["words"]]
    assert bits == pytest.approx([float(row["surprisal_bits"]) for row in rows], abs=1e-6)
    assert total["texts"] == 2


def test_that_a_sentence_is_numbered_by_its_line(
    model_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("the cat\n\n\nsat\n"))

    main(["score", str(model_path), "--per-word"])

    assert [row["sentence"] for row in table(capsys.readouterr().out)] == ["1"] * 3 + ["4"] * 2


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("--csv x.csv --improve", "Give sentences, or --csv and a file, not both."),
        ("sat --csv x.csv", "Give sentences, or --csv and a file, not both."),
        ("--word-stats f", "give --csv with --word-stats"),
        ("--csv x.csv --per-word --word-stats f", "not for both at once"),
        ("''", "Give at least one word."),
    ],
)
def test_that_options_that_do_not_go_together_are_named_before_a_model_is_read(
    wrong: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = tmp_path / "missing.safetensors"

    assert main(["score", str(missing), *shlex.split(wrong)]) == EXIT_WRONG

    assert said in capsys.readouterr().err


@pytest.mark.parametrize("per_word", [False, True])
def test_that_candidates_are_ranked_as_a_sort_would(
    *, per_word: bool, model_path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "list.txt"
    path.write_text("\n".join(TEXTS), encoding="utf-8")

    main(["rank", str(model_path), str(path), *(["--per-word"] if per_word else [])])

    scored = zip(score_texts(tiny_model(), TEXTS), TEXTS, strict=True)
    worth = {t: s.log_probability / (s.words if per_word else 1) for s, t in scored}
    rows = table(capsys.readouterr().out)
    assert [row["text"] for row in rows] == sorted(TEXTS, key=lambda text: -worth[text])
    assert [row["rank"] for row in rows] == ["1", "2", "3"]
    totals = [worth[row["text"]] / math.log(10.0) for row in rows]
    assert [float(row["total"]) for row in rows] == pytest.approx(totals, abs=1e-6)


def test_that_the_list_s_own_scores_weigh_as_asked(
    model_path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "list.txt"
    path.write_text("-9\tcat\n-1.5\tthe cat\n-3e0\tsat\n", encoding="utf-8")

    main(["rank", str(model_path), str(path), "--weight", "0", "--own-weight", "1", "--json"])

    ranked = objects(capsys.readouterr().out)
    assert [each["text"] for each in ranked] == ["the cat", "sat", "cat"]
    assert [each["total"] for each in ranked] == [-1.5, -3.0, -9.0]


def test_that_n_best_lists_of_moses_are_ranked_each_for_itself(
    model_path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "list.nbest"
    lines = [
        "0 ||| the cat ||| LM: -3 ||| -8.5",
        "0 ||| cat ||| LM: -3 ||| -9",
        "1 ||| sat |||  ||| -1",
    ]
    path.write_text("\n".join(lines), encoding="utf-8")

    main(["rank", str(model_path), str(path)])

    rows = table(capsys.readouterr().out)
    assert [(row["group"], row["rank"]) for row in rows] == [("0", "1"), ("0", "2"), ("1", "1")]
    assert {row["own_score"] for row in rows} == {"-8.5", "-9", "-1"}


def test_that_a_list_that_cannot_be_read_is_named(
    model_path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["rank", str(model_path), str(tmp_path / "none")]) == EXIT_WRONG

    assert "There is no file" in capsys.readouterr().err


def test_that_an_empty_list_says_so(
    model_path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").write_text("\n", encoding="utf-8")

    assert main(["rank", str(model_path), str(tmp_path / "empty")]) == 0

    assert "the list has no sentence" in capsys.readouterr().err


def test_that_a_better_word_is_named(model_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["score", str(model_path), "the zebra sat .", "--improve"])

    last = capsys.readouterr().out.splitlines()[-1]
    assert " times as probable: " in last


def test_that_a_whole_file_sums_to_what_evaluate_says(
    model_path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, figures = tmp_path / "rows.csv", tmp_path / "words.tsv"
    rows = [f"the cat {'zebra ' * (k % 3)}sat . sat the cat ." for k in range(40)]
    path.write_text("text\n" + "\n".join(rows) + "\n", encoding="utf-8")

    main(["evaluate", str(model_path), str(path), "--no-cache", "--json"])
    evaluated = objects(capsys.readouterr().out)[-1]
    main(["score", str(model_path), "--csv", str(path), "--json", "--word-stats", str(figures)])

    total = objects(capsys.readouterr().out)[-1]
    assert total["words"] == evaluated["words"]
    assert -total["log_probability"] / total["words"] == pytest.approx(evaluated["loss"], rel=1e-5)
    assert total["perplexity"] == pytest.approx(evaluated["perplexity"], rel=1e-4)
    words = table(figures.read_text(encoding="utf-8"))
    assert sum(int(word["count"]) for word in words) == evaluated["words"]
    assert {word["word"]: word["count"] for word in words}["UNKNOWN_TOKEN"] == str(total["unknown"])
    costs = [float(word["log10_probability"]) for word in words]
    assert sum(costs) == pytest.approx(total["log_probability"] / math.log(10.0), rel=1e-5)
    assert costs == sorted(costs)
