"""A person closes the window and comes back, opens runs, chooses files: nothing is mixed up."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QPushButton, QSpinBox
from pytestqt.qtbot import QtBot

from app.session import REOPENING_TEXT
from tests.integration.window_driver import Person

Enter = Callable[[], Person]

COMMENTS = "body\n" + "\n".join(
    f'"The {animal} likes the {thing}. We saw the {animal} here."'
    for animal in ("cat", "dog", "cow", "hen", "fox")
    for thing in ("milk", "bone", "grass", "corn", "moon")
)


@pytest.fixture
def comments(tmp_path: Path) -> Path:
    path = tmp_path / "animals.csv"
    path.write_text(COMMENTS, encoding="utf-8")
    return path


@pytest.fixture
def enter(
    qtbot: QtBot, settings_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Enter]:
    """Return what opens a window as a start of the program does."""
    monkeypatch.setattr(
        "engine.corpus.kept.cache.user_cache_path", lambda *_args, **_options: tmp_path / "cache"
    )
    inside: list[Person] = []

    def come_in() -> Person:
        person = Person(qtbot, settings_path)
        inside.append(person)
        person.app.start()
        person.rest()
        return person

    yield come_in
    for person in inside:
        assert person.leave()


@pytest.fixture
def prepared(enter: Enter, comments: Path) -> Person:
    person = enter()
    person.open_csv(comments)
    person.prepare()
    return person


@pytest.fixture
def trained(prepared: Person) -> Person:
    prepared.start_training(epochs=2)
    prepared.wait(lambda: not prepared.is_training)
    prepared.rest()
    return prepared


def test_that_the_first_start_shows_the_start_page(enter: Enter) -> None:
    person = enter()

    assert person.app.window.is_home


def test_that_a_restart_after_a_divergence_proposes_the_lower_rate(
    prepared: Person, enter: Enter
) -> None:
    prepared.app.window.show_tab(1)
    prepared.qtbot.keyClicks(prepared.find(QLineEdit, "training.learning_rate_edit"), "10")
    prepared.start_training(epochs=20)
    prepared.rest()
    assert "The learning rate 10 is too high." in prepared.message
    prepared.close()

    back = enter()

    assert back.find(QLineEdit, "training.learning_rate_edit").text() == "0.003"


def test_that_a_restart_is_where_the_person_was(trained: Person, enter: Enter) -> None:
    drawn = trained.generate(3)
    trained.type_sentence("the cat likes milk")
    trained.find(QCheckBox, "generation.mixture_check").click()
    trained.rest()
    before = trained.app.training._tab.plot.history.batch.values.tolist()
    title = trained.app.window.windowTitle()
    trained.close()

    back = enter()

    assert not back.app.window.is_home
    assert back.app.window.current_tab == 2
    assert back.app.training._tab.plot.history.batch.values.tolist() == before
    assert back.app.session.corpus is not None
    assert back.find(QSpinBox, "training.epochs_spin").value() == 2
    assert back.find(QSpinBox, "training.hidden_spin").value() == 12
    assert [row[1] for row in back.rows("generation.sentence_list") if row[1]] == drawn
    assert back.app.window.windowTitle() == title
    assert title.startswith("animals, H 12, 2 epochs")
    assert "a mixture" in back.text("generation.model_label")
    assert back.find(QPushButton, "dataset.train_button").property("primary") == "true"
    back.wait(lambda: back.text("generation.probability_label") != "–")
    assert trained.answers.asked == []  # no question at quit


def test_that_nobody_is_told_to_train_while_the_last_model_is_being_opened(
    trained: Person, qtbot: QtBot, settings_path: Path
) -> None:
    trained.close()

    back = Person(qtbot, settings_path)
    back.app.last_session.restore(frozenset())

    for label in ("generation.model_label", "training.status_label", "window.state_label"):
        assert back.text(label) == REOPENING_TEXT, label
    back.rest()
    assert back.text("generation.model_label").startswith("Model: animals.csv")
    assert back.leave()


def test_that_a_run_is_trained_further_after_a_restart(trained: Person, enter: Enter) -> None:
    trained.close()
    back = enter()
    more = back.find(QPushButton, "training.more_button")
    assert more.text() == "Train 2 more epochs"

    back.app.window.show_tab(1)
    back.click("training.more_button")
    back.wait(lambda: not back.is_training)
    back.rest()

    assert back.app.session.model is not None
    assert back.app.session.model.epoch == pytest.approx(4.0)
    assert more.text() == "Train 2 more epochs"
    assert len(back.app.session.model.history.evaluations) == 5


def test_that_a_prepared_text_comes_back_before_any_training(
    prepared: Person, enter: Enter, comments: Path
) -> None:
    prepared.close()
    comments.unlink()  # its prepared text is enough

    back = enter()

    assert back.app.session.corpus is not None
    assert "animals.csv" in back.text("training.corpus_label")
    assert back.find(QPushButton, "training.start_button").isEnabled()


def test_that_a_start_shows_the_start_page_where_that_is_chosen(
    prepared: Person, enter: Enter
) -> None:
    prepared.choose_in_menu("settings")
    box = prepared.find(QComboBox, "window.settings_on_start")
    box.setCurrentIndex(box.findData("home"))
    prepared.close()

    back = enter()

    assert back.app.window.is_home
    assert back.app.session.corpus is not None  # one click leads to what was open
    back.click("home.continue_button")
    assert not back.app.window.is_home


def test_that_a_window_closed_at_once_forgets_nothing(
    prepared: Person, qtbot: QtBot, settings_path: Path
) -> None:
    prepared.close()
    path = settings_path.parent / "session.json"
    before = path.read_bytes()

    hasty = Person(qtbot, settings_path)
    hasty.close()  # before it looked for anything

    assert path.read_bytes() == before
    assert hasty.leave()


def test_that_a_file_of_the_command_line_comes_before_the_last_session(
    prepared: Person, qtbot: QtBot, settings_path: Path, tmp_path: Path
) -> None:
    prepared.close()
    other = tmp_path / "other.csv"
    other.write_text(COMMENTS, encoding="utf-8")

    back = Person(qtbot, settings_path)
    back.app.controller.open_files([other])
    back.app.start()
    back.rest()

    assert back.text("dataset.file_label") == "other.csv"
    assert back.app.session.corpus is None
    assert back.leave()


@pytest.mark.parametrize("content", ["", "{", '{"version": 1,'])
def test_that_a_damaged_session_is_as_none(enter: Enter, settings_path: Path, content: str) -> None:
    (settings_path.parent / "session.json").write_text(content, encoding="utf-8")

    person = enter()

    assert person.app.window.is_home
    assert "All your runs are still here" in person.message


@pytest.mark.parametrize(
    "content", ["[]", '{"version": 1, "corpus": 3, "run": []}', '{"version": 99, "corpus": {}}']
)
def test_that_a_session_of_no_use_leads_to_the_start_page(
    enter: Enter, settings_path: Path, content: str
) -> None:
    (settings_path.parent / "session.json").write_text(content, encoding="utf-8")

    person = enter()

    assert person.app.window.is_home


def test_that_the_session_is_on_the_disk_soon_after_a_change(
    prepared: Person, comments: Path, settings_path: Path
) -> None:
    path = settings_path.parent / "session.json"
    prepared.wait(path.exists)

    stored = json.loads(path.read_text(encoding="utf-8"))
    assert stored["corpus"]["path"] == str(comments)


def test_that_another_text_closes_the_run_and_begins_with_defaults(
    trained: Person, tmp_path: Path
) -> None:
    trained.generate(2)
    other = tmp_path / "other.csv"
    other.write_text(COMMENTS.replace("likes", "hates"), encoding="utf-8")

    trained.open_csv(other)
    assert not trained.find(QPushButton, "training.start_button").isEnabled()
    assert not trained.find(QPushButton, "training.more_button").isEnabled()
    assert trained.text("training.status_label") == "Prepare other.csv first."
    trained.prepare()

    assert trained.app.session.model is None
    assert trained.rows("generation.sentence_list") == []  # they are kept with their run
    assert trained.find(QSpinBox, "training.hidden_spin").text() == "100 (recipe)"
    assert "File > Runs…" in trained.message


def test_that_one_can_go_back_to_the_prepared_text(trained: Person, tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text(COMMENTS, encoding="utf-8")
    trained.open_csv(other)

    trained.click("dataset.outdated_strip.button")
    trained.rest()

    assert trained.text("dataset.file_label") == "animals.csv"
    assert trained.find(QPushButton, "training.more_button").isEnabled()


def test_that_opening_a_run_brings_its_text_and_settings(trained: Person, tmp_path: Path) -> None:
    drawn = trained.generate(2)
    other = tmp_path / "other.csv"
    other.write_text(COMMENTS.replace("likes", "hates"), encoding="utf-8")
    trained.open_csv(other)
    trained.prepare()
    trained.start_training(epochs=1, hidden_size=5)
    trained.wait(lambda: not trained.is_training)
    trained.rest()
    first = trained.app.kept_runs.opener
    run = next(
        run for run in trained.app.home._jobs.runs.list() if run.corpus_name == "animals.csv"
    )

    first.open(run)
    trained.rest()

    assert trained.find(QSpinBox, "training.hidden_spin").value() == 12
    assert "animals.csv" in trained.text("training.corpus_label")
    assert trained.text("dataset.file_label") == "animals.csv"
    assert [row[1] for row in trained.rows("generation.sentence_list") if row[1]] == drawn


def test_that_the_text_of_a_run_is_prepared_again_after_a_question(
    trained: Person, enter: Enter, tmp_path: Path
) -> None:
    trained.close()
    for kept in (tmp_path / "cache" / "corpora").iterdir():
        kept.unlink()

    back = enter()
    assert "is not kept any more" in back.message
    assert back.app.session.corpus is None
    back.click("message_bar.action_button")
    back.rest()

    assert back.app.session.corpus is not None
    assert back.app.session.model is not None  # the run of this very text stays
    assert back.find(QPushButton, "training.more_button").isEnabled()


def test_that_an_unclosed_quote_says_what_it_cost_and_can_be_read_as_text(
    enter: Enter, tmp_path: Path
) -> None:
    person = enter()
    path = tmp_path / "cut.csv"
    lines = [f'"The cat sees the {number}. bird."' for number in range(90)]
    lines += ['"A quote opens here', *(f"and line {number} follows." for number in range(9))]
    path.write_text("body\n" + "\n".join(lines) + "\n", encoding="utf-8")
    person.open_csv(path)
    person.prepare()

    cost = person.text("dataset.open_quote_strip.text")
    assert cost == (
        "10 lines, 9.9 % of the file, were left out after an unclosed quote at line 92."
    )
    person.click("dataset.open_quote_strip.button")
    person.rest()

    corpus = person.app.session.corpus
    assert corpus is not None
    assert corpus.summary.refused_rows == 0
    assert corpus.summary.documents == 100


def click_generate(person: Person) -> None:
    """Press the button that leads on, as soon as a model lets it appear."""
    person.wait(person.find(QPushButton, "training.generate_button").isVisible)
    person.click("training.generate_button")


def test_that_the_first_sentence_takes_three_clicks_with_the_sample(enter: Enter) -> None:
    person = enter()

    person.click("home.sample_button")
    person.wait(lambda: person.app.session.corpus is not None)
    person.rest()
    person.click("training.start_button")
    click_generate(person)

    person.wait(lambda: len(person.rows("generation.sentence_list")) > 1)
    person.app.runners.training.stop()
    person.rest()


def test_that_the_first_sentence_takes_six_clicks_with_a_file(enter: Enter, comments: Path) -> None:
    person = enter()
    person.answers.csv_path = comments  # chosen in the dialog: one click, or two

    person.click("home.open_button")
    person.rest()
    person.click("dataset.prepare_button")
    person.rest()
    person.click("dataset.train_button")
    person.click("training.start_button")
    click_generate(person)

    person.wait(lambda: len(person.rows("generation.sentence_list")) > 1)
    person.app.runners.training.stop()
    person.rest()
