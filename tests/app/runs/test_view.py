"""The table of kept runs."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QTableView, QWidget
from pytestqt.qtbot import QtBot

from app.runs.commands import RunCommand
from app.runs.comparison import VOCABULARY_WARNING, compare_runs
from app.runs.comparison_dialog import ComparisonDialog
from app.runs.curves_plot import CurvesPlot
from app.runs.table import EPOCHS, LOSS, NAME, NOTE, STATE, TAGS, RunRow, run_columns, run_rows
from app.runs.view import EMPTY, EMPTY_TRASH, RunsView
from app.shared.tables import RowsModel
from engine import RunInfo
from tests.app.support.runs_fakes import run_curve
from tests.app.support.widgets import child
from tests.engine.support.run_infos import run_info


@pytest.fixture
def view(qtbot: QtBot) -> RunsView:
    view = RunsView()
    qtbot.addWidget(view)
    view.show()
    return view


def table(view: RunsView) -> QTableView:
    return child(view, QTableView, "runs.table")


@pytest.mark.parametrize(("in_trash", "text"), [(False, EMPTY), (True, EMPTY_TRASH)])
def test_that_an_empty_list_says_what_comes_there(
    view: RunsView, in_trash: bool, text: str
) -> None:
    view.show_runs((), in_trash=in_trash)

    assert table(view)._placeholder == text  # type: ignore[attr-defined]


def test_that_a_list_of_different_words_says_so(view: RunsView) -> None:
    note = child(view, QLabel, "runs.words_note")

    view.show_runs([run_info(1), run_info(2)], in_trash=False)
    assert note.isHidden()

    view.show_runs([run_info(1), run_info(2, vocabulary_size=500)], in_trash=False)
    assert not note.isHidden()


def test_that_a_refresh_keeps_the_selection_and_tells_it_once(qtbot: QtBot, view: RunsView) -> None:
    runs = [run_info(number) for number in (1, 2, 3)]
    view.show_runs(runs, in_trash=False)
    view.select_runs([runs[0].run_id, runs[2].run_id])
    told: list[int] = []
    view.selection_changed.connect(lambda: told.append(1))

    view.show_runs(runs[:2], in_trash=False)

    assert [run.run_id for run in view.selected_runs()] == [runs[0].run_id]
    assert told == [1]


def test_that_a_refresh_waits_for_a_name_that_is_being_written(
    qtbot: QtBot, view: RunsView
) -> None:
    view.show_runs([run_info(1)], in_trash=False)
    view.select_runs([run_info(1).run_id])
    view.edit(NAME)
    editor = child(table(view), QLineEdit)
    editor.setText("my own name")

    view.show_runs([run_info(1), run_info(2)], in_trash=False)
    with qtbot.waitSignal(view.renamed) as renamed:
        qtbot.keyClick(editor, Qt.Key.Key_Return)

    assert renamed.args == [run_info(1).run_id, "my own name"]
    qtbot.waitUntil(lambda: table(view).model().rowCount() == 2)


def test_that_what_is_being_written_is_taken_over_where_it_is_asked_for_again(
    qtbot: QtBot, view: RunsView
) -> None:
    view.show_runs([run_info(1)], in_trash=False)
    view.select_runs([run_info(1).run_id])
    view.edit(NAME)
    child(table(view), QLineEdit).setText("my own name")

    with qtbot.waitSignal(view.renamed) as renamed:
        view.edit(NAME)

    assert renamed.args == [run_info(1).run_id, "my own name"]
    assert table(view).state() == QTableView.State.EditingState


def test_that_a_command_that_is_not_offered_is_not_requested(qtbot: QtBot, view: RunsView) -> None:
    view.show_runs([run_info()], in_trash=False)
    view.select_runs([run_info().run_id])
    view.show_commands(frozenset({RunCommand.NOTE}))

    table(view).setFocus()
    with qtbot.assertNotEmitted(view.command_requested):
        qtbot.keyClick(table(view), Qt.Key.Key_Return)


def test_that_the_bright_button_is_the_next_step(view: RunsView) -> None:
    def bright() -> set[str]:
        buttons = view.findChildren(QAbstractButton)
        shining = (each for each in buttons if each.property("primary") == "true")
        return {each.objectName() for each in shining if each.isEnabled()}

    view.show_commands(frozenset({RunCommand.OPEN, RunCommand.DELETE}))
    assert bright() == {"runs.open_button"}
    view.show_commands(frozenset({RunCommand.COMPARE, RunCommand.DELETE}))
    assert bright() == {"runs.compare_button"}


def model_of(*runs: RunInfo) -> RowsModel[RunRow]:
    model = RowsModel(run_columns())
    model.set_rows(run_rows(runs))
    return model


def test_that_rows_are_ordered_by_number_and_not_by_text(qtbot: QtBot) -> None:
    model = model_of(*(run_info(n, epoch=done) for n, done in enumerate((100.0, 20.0, 3.0), 1)))

    model.sort(EPOCHS, Qt.SortOrder.AscendingOrder)

    assert [model.index(row, EPOCHS).data() for row in range(3)] == ["3", "20", "100"]


@pytest.mark.parametrize(("in_trash", "written"), [(False, [NAME, TAGS, NOTE]), (True, [])])
def test_that_only_names_and_notes_outside_the_trash_can_be_written(
    view: RunsView, in_trash: bool, written: list[int]
) -> None:
    view.show_runs([run_info()], in_trash=in_trash)

    model = table(view).model()
    flags = [model.index(0, column).flags() for column in range(model.columnCount())]
    editable = Qt.ItemFlag.ItemIsEditable
    assert [column for column, each in enumerate(flags) if each & editable] == written


def test_that_what_is_not_known_is_a_dash(qtbot: QtBot) -> None:
    model = model_of(run_info(best_loss=None))

    assert model.index(0, LOSS).data() == "–"


def test_that_the_state_says_what_is_wrong(qtbot: QtBot) -> None:
    model = model_of(run_info(state="failed", message="The loss is not a number."))

    assert model.index(0, STATE).data() == "failed"
    tip = model.index(0, STATE).data(Qt.ItemDataRole.ToolTipRole)
    assert tip.endswith("The loss is not a number.")


def test_that_every_control_has_a_name_and_a_tooltip(view: RunsView) -> None:
    controls: list[QWidget] = view.findChildren(QAbstractButton)
    named = [control for control in controls if control.objectName().startswith("runs.")]

    assert len(named) == 11
    assert all(control.accessibleName() and control.toolTip() for control in named)


def test_that_a_comparison_warns_of_other_words(qtbot: QtBot) -> None:
    dialog = ComparisonDialog(compare_runs([run_info(1), run_info(2, vocabulary_size=9)]))
    qtbot.addWidget(dialog)
    dialog.show()

    warning = child(dialog, QLabel, "runs.comparison_warning")
    assert warning.isVisible()
    assert warning.text() == VOCABULARY_WARNING


@pytest.mark.parametrize(
    ("firsts", "told"), [((9.0, 9.0), "↑ 9.000 at the start"), ((9.0, 8.5), "↑ 8.500 to 9.000 at")]
)
def test_that_a_comparison_says_where_curves_began(
    qtbot: QtBot, firsts: tuple[float, ...], told: str
) -> None:
    curves = [
        run_curve(run_info(number), first, 6.0, 5.2) for number, first in enumerate(firsts, 1)
    ]
    window = QWidget()
    qtbot.addWidget(window)
    plot = CurvesPlot(curves, "loss", window)

    start = child(plot, QLabel, "runs.comparison_start_label")
    assert not start.isHidden()
    assert start.text().startswith(told)


LONG_NAME = "reddit-comments-2015-08-first-1000-lines.csv"


def test_that_runs_of_one_name_are_numbered_and_whole(qtbot: QtBot, view: RunsView) -> None:
    view.show_runs([run_info(number, name=LONG_NAME) for number in (1, 2)], in_trash=False)

    shown = [table(view).model().index(row, NAME) for row in range(2)]
    assert [index.data() for index in shown] == [f"{LONG_NAME} (2)", f"{LONG_NAME} (1)"]
    assert shown[0].data(Qt.ItemDataRole.EditRole) == LONG_NAME
    needed = table(view).fontMetrics().horizontalAdvance(f"{LONG_NAME} (2)")
    assert table(view).columnWidth(NAME) > needed
    qtbot.waitUntil(lambda: table(view).horizontalScrollBar().maximum() == 0)


def test_that_compared_runs_have_whole_and_different_names(qtbot: QtBot) -> None:
    dialog = ComparisonDialog(compare_runs([run_info(n, name=LONG_NAME) for n in (1, 2)]))
    qtbot.addWidget(dialog)
    dialog.show()

    compared = child(dialog, QTableView, "runs.comparison_table")
    header = compared.horizontalHeader()
    names = [compared.model().headerData(n, Qt.Orientation.Horizontal) for n in (1, 2)]
    assert names == [f"{LONG_NAME} (1)", f"{LONG_NAME} (2)"]
    needed = header.fontMetrics().horizontalAdvance(names[0])
    assert min(header.sectionSize(1), header.sectionSize(2)) >= needed
