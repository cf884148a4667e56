"""The dataset tab: what it shows in each state, and that keys reach everything."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QLabel,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QTableView,
    QTabWidget,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.dataset.file.description import TextSize, size_of_text
from app.dataset.tab import CORPUS_PAGE, DatasetTab
from app.session import RunState, enabled_commands
from app.shared.fields.column_picker import ColumnPicker
from app.shared.theme import Theme
from engine import StageProgress
from tests.app.support.dataset_fakes import PREVIEW, PROBLEM, FakeCorpus
from tests.app.support.widgets import Child, child


@pytest.fixture
def tab(qtbot: QtBot) -> DatasetTab:
    tab = DatasetTab()
    qtbot.addWidget(tab)
    tab.show_commands(enabled_commands(RunState.IDLE))
    tab.resize(1200, 760)
    tab.show()
    return tab


def find(tab: DatasetTab, role: str, kind: type[Child] = QWidget) -> Child:
    return child(tab, kind, f"dataset.{role}")


def test_that_the_empty_tab_explains_what_to_do(tab: DatasetTab) -> None:
    page = find(tab, "welcome_page")

    texts = " ".join(label.text() for label in page.findChildren(QLabel))
    assert page.isVisible()
    assert "drop them onto this window" in texts


def test_that_a_preview_takes_the_place_of_the_explanation(tab: DatasetTab) -> None:
    tab.show_preview(PREVIEW)

    assert not find(tab, "welcome_page").isVisible()
    assert find(tab, "preview_table").isVisible()


def test_that_refused_rows_are_announced_in_the_preview(tab: DatasetTab) -> None:
    tab.show_preview(dataclasses.replace(PREVIEW, problems=(PROBLEM,)))

    heading = find(tab, "preview_problems_label", QLabel)
    table = find(tab, "preview_problems_table", QTableView)
    assert heading.text() == "1 row here cannot be read: it would be left out"
    row = [table.model().index(0, column).data() for column in range(3)]
    assert row == ["12", "3 fields instead of 2", "ann,hello,there"]


def test_that_lines_that_are_no_rows_or_were_mended_are_not_called_refused(tab: DatasetTab) -> None:
    reasons = ("no row: it stands above the table", "repaired: 2 empty fields too many", "bad")
    problems = tuple(dataclasses.replace(PROBLEM, reason=reason) for reason in reasons)
    heading = find(tab, "preview_problems_label", QLabel)

    tab.show_preview(dataclasses.replace(PREVIEW, problems=problems[:2]))
    few = heading.text()
    tab.show_preview(dataclasses.replace(PREVIEW, problems=problems))

    assert few == "1 line here is no row of the table; 1 row here is mended"
    assert heading.text() == f"1 row here cannot be read: it would be left out; {few}"


def test_that_the_preview_says_when_damaged_rows_would_stop_the_preparation(
    tab: DatasetTab,
) -> None:
    tab.show_preview(dataclasses.replace(PREVIEW, problems=(PROBLEM, PROBLEM)))
    policy = find(tab, "bad_rows_combo", QComboBox)
    heading = find(tab, "preview_problems_label", QLabel)

    policy.setCurrentIndex(1)

    assert heading.text() == "2 rows here cannot be read: the preparation would stop at the first"
    assert tab.csv_form.config().bad_rows == "stop"


def test_that_choosing_a_refused_row_leads_to_it_in_the_preview(tab: DatasetTab) -> None:
    problem = dataclasses.replace(PROBLEM, line=3)
    tab.show_preview(dataclasses.replace(PREVIEW, problems=(problem,), row_lines=(2, 3)))
    refused = find(tab, "preview_problems_table", QTableView)
    rows = find(tab, "preview_table", QTableView)

    refused.selectRow(0)

    assert rows.currentIndex().row() == 1


def test_that_undecodable_bytes_are_explained(tab: DatasetTab) -> None:
    tab.show_preview(dataclasses.replace(PREVIEW, undecodable_bytes=3))

    note = find(tab, "damage_note", QLabel)
    assert note.isVisible()
    assert note.text().startswith("3 bytes here cannot be read as utf-8")


def test_that_control_characters_cast_doubt_on_the_encoding(tab: DatasetTab) -> None:
    tab.show_preview(dataclasses.replace(PREVIEW, encoding="iso8859-1", control_characters=1))

    note = find(tab, "damage_note", QLabel)
    assert "probably not iso8859-1. Try cp1252." in note.text()


def open_reading(tab: DatasetTab) -> None:
    button = find(tab, "change_reading_button", QToolButton)
    button.click()


def test_that_how_it_is_read_is_one_line_until_it_is_needed(tab: DatasetTab) -> None:
    tab.show_new_file(Path("some.file"))
    tab.show_preview(PREVIEW)
    line = find(tab, "reading_label", QLabel)

    assert line.text() == "Table, utf-8, comma, column body"
    assert not find(tab, "column_combo").isVisible()

    tab.show_preview(dataclasses.replace(PREVIEW, undecodable_bytes=3))
    assert find(tab, "column_combo").isVisible()


def test_that_html_entities_are_announced_and_can_be_decoded(tab: DatasetTab) -> None:
    tab.show_new_file(Path("some.file"))
    tab.show_preview(PREVIEW)
    check = find(tab, "entities_check", QCheckBox)
    note = find(tab, "preview_note", QLabel)
    open_reading(tab)
    was_offered = check.isVisible()

    tab.show_preview(dataclasses.replace(PREVIEW, entities=85))

    assert not was_offered
    assert "85 HTML entities here, such as &gt; for >" in note.text()
    assert (check.isVisible(), check.isChecked()) == (True, False)


def test_that_a_clean_preview_has_no_warning(tab: DatasetTab) -> None:
    tab.show_preview(dataclasses.replace(PREVIEW, undecodable_bytes=3))

    tab.show_preview(PREVIEW)

    assert not find(tab, "damage_note").isVisible()
    assert not find(tab, "preview_problems_table").isVisible()


@pytest.mark.parametrize(
    ("kind", "note", "shown"),
    [
        ("table", "2 rows.", {"column_combo", "header_check", "delimiter_combo"}),
        ("json", "2 objects of JSON, a column for each key", {"column_combo"}),
        ("lines", "2 lines of text: each line is a document", {"documents_combo"}),
        ("paragraphs", "2 paragraphs of text", {"documents_combo"}),
    ],
)
def test_that_each_kind_of_file_has_its_own_options(
    tab: DatasetTab, kind: str, note: str, shown: set[str]
) -> None:
    tab.show_new_file(Path("some.file"))

    tab.show_preview(dataclasses.replace(PREVIEW, kind=kind))
    open_reading(tab)

    label = find(tab, "preview_note", QLabel)
    assert note in label.text()
    options = ("column_combo", "header_check", "delimiter_combo", "documents_combo")
    assert {option for option in options if find(tab, option).isVisible()} == shown


def test_that_several_columns_can_be_joined(tab: DatasetTab) -> None:
    tab.show_preview(PREVIEW)
    picker = find(tab, "column_combo", ColumnPicker)
    table = find(tab, "preview_table", QTableView)

    picker.toggle(0)

    assert tab.csv_form.config().columns == ("author", "body")
    headers = [table.model().headerData(n, Qt.Orientation.Horizontal) for n in range(2)]
    assert headers == ["author  (text)", "body  (text)"]


def test_that_a_preview_without_rows_says_so(tab: DatasetTab) -> None:
    tab.show_preview(dataclasses.replace(PREVIEW, rows=()))

    note = find(tab, "preview_note", QLabel)
    assert note.text() == "No rows were found with these options."


def test_that_many_columns_can_be_previewed(tab: DatasetTab) -> None:
    names = tuple(f"column {n}" for n in range(40))
    tab.show_preview(dataclasses.replace(PREVIEW, columns=names, rows=(names,), guessed_column=39))

    combo = find(tab, "column_combo", QComboBox)
    assert combo.count() == 40


@pytest.mark.parametrize(
    ("columns", "has_header", "index", "key"),
    [
        (("author", "body"), True, 1, "body"),
        (("body", "body"), True, 1, "2"),
        (("1", "2"), True, 0, "1"),
        (("author", "body"), False, 1, "2"),
        (("", "body"), True, 0, "1"),
    ],
)
def test_that_a_column_is_named_only_where_its_name_is_clear(
    tab: DatasetTab, columns: tuple[str, ...], has_header: bool, index: int, key: str
) -> None:
    preview = dataclasses.replace(
        PREVIEW, columns=columns, has_header=has_header, guessed_column=index
    )

    tab.show_preview(preview)

    assert tab.csv_form.config().columns == (key,)


def test_that_the_prepared_corpus_has_a_page_of_its_own(tab: DatasetTab) -> None:
    pages = find(tab, "results", QTabWidget)
    tab.show_preview(PREVIEW)
    assert not pages.isTabVisible(CORPUS_PAGE)

    tab.show_corpus(FakeCorpus())  # type: ignore[arg-type]

    assert pages.isTabVisible(CORPUS_PAGE)
    assert find(tab, "sentence_table").isVisible()
    assert not find(tab, "problems_table").isVisible()


def test_that_refused_rows_are_listed_beside_the_plot(tab: DatasetTab) -> None:
    tab.show_corpus(FakeCorpus(problems=(PROBLEM,)))  # type: ignore[arg-type]

    table = find(tab, "problems_table", QTableView)
    assert table.isVisible()
    assert table.model().index(0, 0).data() == "12"


def test_that_progress_without_a_total_says_what_is_done(tab: DatasetTab) -> None:
    tab.show_busy("Starting", can_cancel=True)

    progress = StageProgress(stage="Reading", done=1200, total=None, unit="rows")
    tab.prepare_panel.show_progress(progress)

    label = find(tab, "stage_label", QLabel)
    assert label.text() == "Reading: 1,200 rows"


def test_that_nothing_can_be_changed_during_training(tab: DatasetTab) -> None:
    tab.show_preview(PREVIEW)

    tab.show_commands(enabled_commands(RunState.TRAINING))

    for role in ("open_button", "sample_button", "vocabulary_spin", "prepare_button"):
        assert not find(tab, role).isEnabled()


def test_that_the_keys_reach_the_controls_from_top_to_bottom(tab: DatasetTab, qtbot: QtBot) -> None:
    tab.show_new_file(Path("comments.csv"))
    tab.show_preview(PREVIEW)
    open_reading(tab)
    find(tab, "open_button").setFocus()
    order = []
    for _ in range(16):
        focused = tab.focusWidget()
        assert focused is not None
        order.append(focused.objectName().removeprefix("dataset."))
        qtbot.keyClick(focused, Qt.Key.Key_Tab)

    assert order == [
        "open_button",
        "open_folder_button",
        "sample_button",
        "change_reading_button",
        "column_combo",
        "header_check",
        "bad_rows_combo",
        "encoding_combo",
        "delimiter_combo",
        "quoting_combo",
        "skip_rows_spin",
        "vocabulary_spin",
        "min_count_spin",
        "validation_spin",
        "duplicates_check",
        "prepare_button",
    ]


def test_that_no_two_controls_share_a_key(tab: DatasetTab) -> None:
    tab.show_preview(PREVIEW)
    texts = [
        widget.text()
        for kind in (QPushButton, QLabel)
        for widget in tab.findChildren(kind)
        if "&" in widget.text()
    ]

    keys = [text[text.index("&") + 1].lower() for text in texts]

    assert len(keys) == len(set(keys)), texts


def test_that_prepare_and_cancel_are_in_sight_in_a_small_window(tab: DatasetTab) -> None:
    tab.resize(1024, 560)
    tab.show_new_file(Path("comments.csv"))
    tab.show_preview(PREVIEW)
    tab.show_busy("Starting", can_cancel=True)
    QApplication.processEvents()

    for role in ("prepare_button", "cancel_button", "progress_bar"):
        widget = find(tab, role)
        assert widget.visibleRegion().boundingRect() == widget.rect(), role


@pytest.fixture
def style(qapp: QApplication) -> Iterator[None]:
    theme = Theme(qapp)
    theme.choose("light")
    theme.put_on()
    yield
    qapp.setStyleSheet("")


@pytest.mark.usefixtures("style")
def test_that_the_next_step_is_in_sight_in_the_smallest_window(tab: DatasetTab) -> None:
    tab.resize(1024, 516)  # the page of a window of 1024 by 600
    tab.show_new_file(Path("comments.csv"))
    tab.show_preview(PREVIEW)
    tab.show_kept(8000, "The text has only 2,199 different words: all are kept.")
    QApplication.processEvents()

    for role in ("change_reading_button", "vocabulary_spin", "prepare_button"):
        widget = find(tab, role)
        assert widget.visibleRegion().boundingRect() == widget.rect(), role


def test_that_the_first_steps_scroll_only_in_a_small_window(tab: DatasetTab) -> None:
    panel = find(tab, "panel", QScrollArea)
    tab.resize(1200, 960)
    tab.show_new_file(Path("comments.csv"))
    tab.show_preview(PREVIEW)
    QApplication.processEvents()
    assert panel.verticalScrollBar().maximum() == 0

    open_reading(tab)
    tab.resize(1024, 480)
    QApplication.processEvents()

    assert panel.verticalScrollBar().maximum() > 0


def test_that_a_file_that_cannot_be_read_is_marked_as_not_used(tab: DatasetTab) -> None:
    label = find(tab, "file_label", QLabel)
    tab.show_new_file(Path("noise.csv"))

    tab.show_no_preview()

    assert label.text() == "noise.csv (not used)"

    tab.show_preview(PREVIEW)

    assert label.text() == "noise.csv"


def test_that_a_doubtful_reading_says_so_and_can_be_overruled(tab: DatasetTab) -> None:
    note = find(tab, "doubt_note", QLabel)
    skipped = find(tab, "skip_rows_spin", QSpinBox)

    tab.show_preview(dataclasses.replace(PREVIEW, doubts=("76% of the rows have 2 fields",)))
    assert "76% of the rows" in note.text()
    assert note.isVisible()

    skipped.setValue(2)
    tab.show_preview(PREVIEW)
    assert tab.csv_form.reading_config().skip_rows == 2
    assert not note.isVisible()


def test_that_a_click_on_a_title_chooses_the_column_and_with_ctrl_one_more(
    qtbot: QtBot, tab: DatasetTab
) -> None:
    rows = tuple((f"user {n}", f"text {n}", str(n)) for n in range(3))
    tab.show_preview(dataclasses.replace(PREVIEW, columns=("author", "body", "score"), rows=rows))
    table = find(tab, "preview_table", QTableView)
    picker = find(tab, "column_combo", ColumnPicker)
    header = table.horizontalHeader()

    def click(section: int, key: Qt.KeyboardModifier) -> None:
        place = QPoint(header.sectionViewportPosition(section) + 9, 9)
        qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, key, place)

    click(0, Qt.KeyboardModifier.NoModifier)
    assert picker.picked() == (0,)
    click(1, Qt.KeyboardModifier.ControlModifier)

    assert picker.picked() == (0, 1)
    assert header.model().headerData(0, Qt.Orientation.Horizontal) == "author  (text)"
    right = table.model().index(0, 2).data(Qt.ItemDataRole.TextAlignmentRole)
    assert right & Qt.AlignmentFlag.AlignRight
    line = find(tab, "line_label", QLabel)
    assert line.text() == "Line"


@pytest.mark.parametrize(
    ("size", "told"),
    [
        (TextSize(bytes=112_000, lines=1011), "The first 3 rows of about 340 (112 kB). "),
        (TextSize(bytes=112, lines=10), "The first 3 rows (112 bytes). "),
        (TextSize(bytes=5_000_000, lines=None), "The first 3 rows (5 MB). "),
        (None, "The first 3 rows. "),
    ],
)
def test_that_the_preview_says_how_large_the_file_is(
    tab: DatasetTab, size: TextSize | None, told: str
) -> None:
    preview = dataclasses.replace(PREVIEW, rows=(("a", "b"),) * 3, row_lines=(2, 5, 8))

    tab.show_preview(preview, size=size)

    note = find(tab, "preview_note", QLabel)
    assert note.text().startswith(told)


def test_that_a_file_is_measured_before_it_is_read(tmp_path: Path) -> None:
    plain, packed = tmp_path / "a.csv", tmp_path / "a.gz"
    plain.write_bytes(b"a\nb\nc")
    packed.write_bytes(b"\x1f\x8b" + b"\n" * 9)

    assert size_of_text(plain) == TextSize(bytes=5, lines=2)
    assert size_of_text(packed) == TextSize(bytes=11, lines=None)
    assert size_of_text(tmp_path) is None
    assert size_of_text(tmp_path / "gone") is None
