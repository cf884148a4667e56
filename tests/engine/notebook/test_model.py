"""A model at a prompt: against the streams that programs use."""

import signal
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import engine
from engine.config import SampleConfig
from engine.control import Notice, RunControl
from engine.language_model.history import EpochDone
from engine.notebook import model as prompt
from engine.notebook import reading
from engine.sampling.sampler import generate
from engine.scoring.replacement import best_replacement
from engine.scoring.scorer import score
from engine.training.events import SnapshotPublished
from tests.engine.support.models import tiny_history, tiny_model


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "corpus_cache_folder", lambda: tmp_path / "prepared")


@pytest.fixture
def csv_path(tmp_path: Path) -> Path:
    path = tmp_path / "comments.csv"
    rows = "".join(f"{k},The cat sees a dog. A dog sees <b>{k}</b>!\n" for k in range(60))
    path.write_text(f"id,body\n{rows}", encoding="utf-8")
    return path


def test_that_the_example_of_the_readme_runs_as_it_is_written(
    csv_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    readme = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
    (example,) = [part.split("```")[0] for part in readme.split("```python\n")[1:]]
    rows = "".join(f"{k},I think the cat sees a big dog in the old garden.\n" for k in range(60))
    csv_path.write_text(f"id,body\n{rows}", encoding="utf-8")
    monkeypatch.chdir(csv_path.parent)

    exec(example, {"__name__": "__main__"})  # noqa: S102 - ours, and the point of the test

    shown = capsys.readouterr()
    assert csv_path.with_suffix(".safetensors").is_file()
    assert shown.out.lower().count("i think") >= 10
    assert "after i think" in shown.out
    assert "Training: 100%" in shown.err


def test_that_a_text_tells_its_figures(csv_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = engine.read(csv_path, "body", vocabulary_size=12, progress=False)

    assert repr(text).startswith("<Text: comments.csv, 120 sentences, ")
    assert len(text) == len(list(text)) == 120
    assert repr(text[0]) == "The cat sees a dog." + "  [held out]" * text[0].is_validation
    assert repr(text[1]).startswith("A dog sees <b>0</b>!  [unknown: 0, /")
    assert text[-1].text == text[119].text
    assert len(text.words) == 12
    assert "<td>comments.csv</td>" in text._repr_html_()
    assert capsys.readouterr().err == ""


def test_that_the_words_of_a_text_can_be_chosen(csv_path: Path) -> None:
    config = engine.TokenizerConfig(name="words", language="en", lower_case=False)

    cased = engine.read(csv_path, "body", tokenizer=config, min_count=1, progress=False)
    lower = engine.read(csv_path, "body", progress=False)

    assert "The" in cased.words
    assert "59" in cased.words
    assert "The" not in lower.words
    assert "59" not in lower.words
    model = engine.fit(cased, 1, hidden_dim=4, progress=False)
    evaluated = model.evaluate(csv_path)
    assert evaluated.loss == pytest.approx(model.evaluate(cased).loss)
    assert f"<td>{evaluated.loss:.4f}</td>" in evaluated._repr_html_()
    with pytest.raises(engine.ConfigError, match="but the model's words are “English, cased”"):
        model.evaluate(lower)


def test_that_a_file_is_evaluated_by_the_models_own_sentence_ends(tmp_path: Path) -> None:
    path, other = tmp_path / "own.csv", tmp_path / "other.csv"
    # Only the first text teaches that "xyq." is an abbreviation.
    path.write_text("body\n" + "The xyq. is here, an xyq. of a cat.\n" * 60, encoding="utf-8")
    other.write_text("body\n" + "Here is the xyq. Zed sees it.\n" * 9, encoding="utf-8")
    text = engine.read(path, "body", progress=False)
    model = engine.fit(text, 1, hidden_dim=4, progress=False)

    evaluated = model.evaluate(other)

    assert len(engine.read(other, "body", progress=False)) == 18
    assert evaluated.sentences == 9


def test_that_a_text_finds_what_was_copied_from_it(csv_path: Path) -> None:
    text = engine.read(csv_path, "body", progress=False)

    assert text.longest_copy("Today the cat sees a zebra.") == "the cat sees a"
    assert (
        text.longest_copy(engine.Model(tiny_model()).generate(1, "sees a", seed=0)[0]) == "sees a"
    )


def test_that_an_option_that_is_none_is_named(csv_path: Path) -> None:
    with pytest.raises(engine.ConfigError, match="There is no option encodng: choose from"):
        engine.read(csv_path, encodng="utf-8")
    with pytest.raises(engine.ConfigError, match="There is no filter topk: choose from"):
        engine.Model(tiny_model()).next_words("the", topk=3)


def test_that_a_training_goes_on_from_a_model(csv_path: Path) -> None:
    text = engine.read(csv_path, "body", progress=False)
    first = engine.fit(text, 1, hidden_dim=6, label_smoothing=0.2, progress=False)

    second = engine.fit(text, 2, start_from=first, progress=False)

    assert first.language_model.epoch == pytest.approx(1.0)
    assert first.language_model.train_config.label_smoothing == 0.2
    assert second.language_model.epoch == pytest.approx(3.0)
    assert second.language_model.hidden_dim == 6
    before, after = first.evaluate(csv_path), second.evaluate(text)
    assert after.loss < before.loss
    assert repr(after).startswith(f"loss {after.loss:.4f} nats per word, perplexity ")


def test_that_a_word_that_comes_once_is_known_where_the_model_knows_it(tmp_path: Path) -> None:
    path = tmp_path / "once.csv"
    path.write_text("id,body\n1,The cat sat .\n2,The the .\n3,The zebra .\n", encoding="utf-8")
    model = engine.Model(tiny_model())

    found = model.evaluate(engine.read(path, "body", validation_fraction=0.5, progress=False))

    texts = ("the cat sat .", "the the .", "the zebra .")
    total = sum(model.score(text).log_probability for text in texts)
    assert found.unknown_share == pytest.approx(1 / 10)
    assert found.loss * found.words == pytest.approx(-total)


def test_that_sentences_are_those_of_the_stream() -> None:
    model = tiny_model()
    config = SampleConfig(count=4, start="the", top_k=3, min_length=2, seed=5)

    written = engine.Model(model).generate(4, "the", top_k=3, min_length=2, seed=5)

    expected = list(generate(model, config, RunControl()))
    assert [asdict(each) for each in written] == [asdict(each) for each in expected]  # type: ignore[call-overload]
    assert written[1:3][1] is written[2]
    assert repr(written[1:3]) == "\n".join(repr(written).splitlines()[1:3])
    assert [line.strip().split("  ")[1] for line in repr(written).splitlines()] == [
        each.text for each in written
    ]


def test_that_a_score_is_that_of_the_stream_and_reads_as_a_table() -> None:
    model = tiny_model()

    scored = engine.Model(model).score("The zebra <sat>")

    expected = next(iter(score(model, "The zebra <sat>"))).score
    assert scored.log_probability == expected.log_probability
    assert scored.words == expected.words
    assert "zebra (unknown)" in repr(scored)
    assert "end of sentence" in repr(scored)
    assert "&lt;" in scored._repr_html_()
    assert "<sat" not in scored._repr_html_()


def test_that_next_words_are_shown_after_what_they_follow() -> None:
    model = engine.Model(tiny_model())
    following = model.next_words("The cat", 3, top_k=1)
    wanted = model.next_words("The zebra", 1, word="sat")

    assert repr(following).splitlines()[0].startswith("after the cat (")
    assert len(repr(following).splitlines()) == 4
    assert [word.drawn_with for word in following.words if word.drawn_with] == [1.0]
    assert repr(following).count("never") == 2
    assert following._repr_html_().count("<tr>") == 4
    assert "unknown: zebra" in repr(wanted)
    assert wanted.words[-1].word == "sat"


def test_that_a_better_word_is_that_of_the_stream() -> None:
    model = tiny_model()
    *_, expected = best_replacement(model, "the zebra sat", RunControl())

    better = engine.Model(model).improve("the zebra sat")

    assert asdict(better) == asdict(expected)
    assert "“naïve” instead of “zebra” makes it 366 times as probable" in repr(better)
    assert "<p>“naïve” instead of “zebra” makes it 366 times" in better._repr_html_()


def test_that_notices_come_to_the_person(capsys: pytest.CaptureFixture[str]) -> None:
    engine.Model(tiny_model()).generate(3, "zebra", temperature=0.0)

    shown = capsys.readouterr().err
    assert "“zebra” is not a word of the model's vocabulary" in shown
    assert "The most probable word is always taken" in shown


def test_that_sentences_are_a_table_in_a_notebook() -> None:
    written = engine.Model(tiny_model()).generate(2, min_length=1, seed=4)

    assert written._repr_html_().count("<tr>") == 3
    assert f"<td>{written[0].seed}</td>" in written._repr_html_()


def test_that_what_the_network_remembers_is_the_tutorials() -> None:
    model = tiny_model()
    U, V, W = model.rnn.parameters_as_numpy()
    _, s = engine.RNNNumpy.from_parameters(U, V, W).forward_propagation([0, 2, 7])

    states = engine.Model(model).hidden_states("The zebra")

    np.testing.assert_allclose(states, s[:3])
    assert states.shape == (3, 4)


def test_that_an_embedding_is_a_column_of_u_and_a_copy() -> None:
    model = tiny_model()
    U, _, _ = model.rnn.parameters_as_numpy()
    told = engine.Model(model)

    column = told.embedding("Cat")
    np.testing.assert_array_equal(column, U[:, 3])
    np.testing.assert_array_equal(told.embeddings, U.T)
    column[:] = told.embeddings[:] = 9.0

    np.testing.assert_array_equal(model.rnn.U.numpy(), U)
    assert told.words[3] == "cat"
    with pytest.raises(engine.ConfigError, match="“zebra” is not in"):
        told.embedding("zebra")


def test_that_a_history_becomes_a_frame_where_pandas_is_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pandas = SimpleNamespace(DataFrame=lambda values: values)
    monkeypatch.setitem(sys.modules, "pandas", pandas)
    model = engine.Model(tiny_model())

    evaluations: Any = model.history_frame()
    points: Any = model.history_frame(points=True)

    assert [row["training_loss"] for row in evaluations] == [2.08, 1.9]
    assert points["losses"] == [2.0, 1.9]
    assert list(points) == list(tiny_history().columns())
    rows: Any = model.generate(2, top_p=0.9, min_length=1, seed=4).frame()
    assert [(row["seed"], row["top_p"], row["number"]) for row in rows] == [
        (4, 0.9, 1),
        (4, 0.9, 2),
    ]


def test_that_without_pandas_a_sentence_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)

    with pytest.raises(engine.ConfigError, match="pip install pandas"):
        engine.Model(tiny_model()).history_frame()


def test_that_ctrl_c_ends_a_training_and_keeps_what_was_learned(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    learned = tiny_model()

    def interrupted(*args: Any, start_from: Any) -> Iterator[Any]:
        control = args[3]
        yield Notice(text="The memory is small.")
        yield _epoch()
        signal.raise_signal(signal.SIGINT)
        assert control.is_stopped
        yield SnapshotPublished(model=learned, step=3, epoch=1.0)

    monkeypatch.setattr(prompt, "train", interrupted)
    before = signal.getsignal(signal.SIGINT)

    model = engine.fit(SimpleNamespace(corpus=None), 2)  # type: ignore[arg-type]

    assert model.language_model is learned
    assert signal.getsignal(signal.SIGINT) is before
    assert "The memory is small." in capsys.readouterr().err


def test_that_a_notebook_shows_the_sentence_of_a_failure_alone() -> None:
    with pytest.raises(engine.ConfigError) as failure:
        engine.Model(tiny_model()).generate(temperature=-1.0)

    assert failure.value._render_traceback_() == [
        "ConfigError: The temperature must be 0 or a positive number, not -1.0."
    ]


def test_that_a_rung_is_shown_with_its_temperature() -> None:
    written = engine.Model(tiny_model()).generate(ladder=(0.0, 0.5), min_length=1, seed=1)

    assert [line[:6] for line in repr(written).splitlines()] == ["T 0   ", "T 0.5 "]


def test_that_a_second_ctrl_c_aborts(monkeypatch: pytest.MonkeyPatch) -> None:
    def stubborn(*args: Any, start_from: Any) -> Iterator[Any]:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        yield SnapshotPublished(model=tiny_model(), step=3, epoch=1.0)

    monkeypatch.setattr(prompt, "train", stubborn)

    with pytest.raises(KeyboardInterrupt):
        engine.fit(SimpleNamespace(corpus=None), progress=False)  # type: ignore[arg-type]


def test_that_ctrl_c_while_a_text_is_read_leaves_no_text(
    csv_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*args: Any, **options: Any) -> Iterator[Any]:
        signal.raise_signal(signal.SIGINT)
        yield from ()

    monkeypatch.setattr(reading, "build_corpus", interrupted)

    with pytest.raises(KeyboardInterrupt):
        engine.read(csv_path, progress=False)


def test_that_what_is_doubtful_in_how_a_file_is_read_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "lines.csv"
    path.write_text("".join(f"dog {k}|The dog sees {k} cats\n" for k in range(30)), "utf-8")

    for _ in ("prepared", "opened again"):
        engine.read(path)

        told = capsys.readouterr().err
        assert "Check how lines.csv is read: no row names the columns" in told
        assert "has_header=" in told


def test_that_a_model_is_shown_with_its_losses() -> None:
    model = engine.Model(tiny_model())

    assert repr(model).startswith("<Model: A network of 4 hidden units")
    assert "<td>2.1000</td>" in model._repr_html_()
    assert model.history == tiny_history()


def test_that_help_begins_with_an_example_and_is_short(
    capsys: pytest.CaptureFixture[str],
) -> None:
    help(engine)

    shown = capsys.readouterr().out
    lines = shown.splitlines()
    assert len(lines) < 80
    assert any("engine.read(" in line for line in lines[:15])


def _epoch() -> EpochDone:
    return tiny_history().evaluations[1]


def test_that_a_table_of_word_sequences_is_set_beside_a_score_or_mixed_in(
    csv_path: Path, tmp_path: Path
) -> None:
    text = engine.read(csv_path, "body", validation_fraction=0.2, seed=3, progress=False)
    model = engine.fit(text, epochs=1, hidden_dim=5, progress=False)

    beside = model.score("The cat sees a dog.", beside=text)
    mixed = model.mixed(text)

    assert "a table of word triples: " in repr(beside)
    assert "<p>a table of word triples: " in beside._repr_html_()
    assert beside.log_probability == model.score("The cat sees a dog.").log_probability
    assert "by a mixture of" in repr(mixed.score("The cat sees a dog."))
    assert "This is a mixture of" in repr(mixed)
    assert all(each.mixture for each in mixed.generate(2, seed=1))
    assert "a mixture" not in repr(model)
    with pytest.raises(engine.ModelFileError, match="is not written to a file"):
        mixed.save(tmp_path / "mixed.safetensors")


def test_that_lists_and_files_are_scored_as_on_the_command_line(tmp_path: Path) -> None:
    model, texts = engine.Model(tiny_model()), ["sat cat the", "the cat sat .", "the zebra"]
    source, target, listed = tmp_path / "a.csv", tmp_path / "b.csv", tmp_path / "list.txt"
    source.write_text("text,id\n" + "".join(f"{t},1\n" for t in texts), encoding="utf-8")
    listed.write_text("\n".join(texts), encoding="utf-8")
    scores = {text: model.score(text).log_probability for text in texts}

    ranked = model.rank(texts)
    scored = model.score_file(source, target, "text")

    found = [(each.scored.candidate.text, each.scored.score.log_probability) for each in ranked]
    assert dict(found) == pytest.approx(scores)
    assert [text for text, _ in found] == sorted(texts, key=lambda text: -scores[text])
    assert [
        each.scored.candidate.text
        for each in model.rank(str(listed), engine.RankWeights(weight=-1.0))
    ] == [text for text, _ in reversed(found)]
    assert scored.total.log_probability == pytest.approx(sum(scores.values()))
    assert len(target.read_text("utf-8-sig").splitlines()) == 4
