"""The window: menus, dropped files, title, status bar, session."""

import re
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, QSize, Qt, QUrl
from PySide6.QtGui import (
    QAction,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QGuiApplication,
    QKeySequence,
)
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QAbstractSpinBox,
    QComboBox,
    QDialog,
    QLabel,
    QMenu,
    QMessageBox,
    QPushButton,
    QTabBar,
    QTabWidget,
    QTextBrowser,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.application import Application, build_window
from app.errors import Message
from app.session import RunState
from app.shared.theme import DARK, current_palette
from app.window.main_window import ELSEWHERE, NOT_NOW, PLACES, TITLE, first_size
from tests.app.support.dataset_fakes import FakeEngine
from tests.app.support.widgets import child
from tests.app.support.window_fakes import MODEL_PATH, Answers, Files, fake_jobs, fake_model, rest
from tests.conftest import CapturedExceptions


def trigger(app: Application, role: str) -> None:
    action = child(app.window, QAction, f"window.{role}_action")
    assert action.isEnabled()
    action.trigger()


COPY, LEFT = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
NO_KEYS = Qt.KeyboardModifier.NoModifier


def drag(app: Application, *urls: QUrl) -> QMimeData:
    """Drag something over the window."""
    mime = QMimeData()
    mime.setUrls(urls)
    enter = QDragEnterEvent(QPoint(9, 9), COPY, mime, LEFT, NO_KEYS)
    app.window.dragEnterEvent(enter)
    assert enter.isAccepted()
    return mime


def drop(app: Application, *paths: Path) -> None:
    mime = drag(app, *(QUrl.fromLocalFile(str(path)) for path in paths))
    app.window.dropEvent(QDropEvent(QPointF(9, 9), COPY, mime, LEFT, NO_KEYS))


def text_of(app: Application, name: str) -> str:
    label = child(app.window, QLabel, name)
    return label.text()


def test_that_open_csv_asks_for_a_file_and_shows_it(
    application: Application, qtbot: QtBot, answers: Answers, fake_engine: FakeEngine
) -> None:
    answers.csv_path = Path("chosen.csv")
    application.window.show_tab(1)

    trigger(application, "open_csv")
    rest(application, qtbot)

    assert [path for path, _ in fake_engine.inspected] == [Path("chosen.csv")]
    assert application.window.current_tab == 0


def test_that_a_person_who_chooses_no_file_stays_where_they_were(
    application: Application, answers: Answers
) -> None:
    application.window.show_home()

    trigger(application, "open_csv")

    assert answers.asked == ["open csv"]
    assert application.window.is_home


def test_that_the_sample_comments_can_be_chosen_in_the_menu(
    application: Application, qtbot: QtBot
) -> None:
    trigger(application, "sample")
    qtbot.waitUntil(lambda: application.session.corpus is not None)
    rest(application, qtbot)

    assert text_of(application, "window.state_label") == "Text: comments.csv, 3 sentences"


def test_that_no_two_entries_of_a_menu_share_an_underlined_letter(
    application: Application,
) -> None:
    for menu in application.window.menuBar().findChildren(QMenu):
        keys = [QKeySequence.mnemonic(action.text()).toString() for action in menu.actions()]
        given = [key for key in keys if key]

        assert sorted(given) == sorted(set(given)), menu.title()


@pytest.mark.parametrize(("step", "told"), [(100, "epoch 0"), (0, "not trained yet")])
def test_that_the_status_bar_names_the_model_and_does_not_praise_an_untrained_one(
    application: Application, step: int, told: str
) -> None:
    model = fake_model()
    model.step = step
    application.session.set_model(model)

    assert text_of(application, "window.state_label").endswith(f"Model: {told}")


@pytest.mark.parametrize(
    ("screen", "size"),
    [((1280, 800), (1280, 760)), ((1920, 1080), (1280, 860)), ((800, 600), (1024, 600))],
)
def test_that_the_first_window_fits_the_screen(
    screen: tuple[int, int], size: tuple[int, int]
) -> None:
    assert first_size(QSize(*screen)) == QSize(*size)


def test_that_the_first_window_asks_its_screen(application: Application) -> None:
    window = application.window

    assert window.size() == first_size(window.screen().availableSize())


def test_that_a_dropped_csv_is_opened(
    application: Application, qtbot: QtBot, fake_engine: FakeEngine, tmp_path: Path
) -> None:
    drop(application, tmp_path / "dropped.csv")
    rest(application, qtbot)

    assert fake_engine.inspected[0][0] == tmp_path / "dropped.csv"


def test_that_a_dropped_model_is_opened(
    application: Application, qtbot: QtBot, files: Files, tmp_path: Path
) -> None:
    drop(application, tmp_path / "dropped.safetensors")
    rest(application, qtbot)

    assert files.loaded == [tmp_path / "dropped.safetensors"]
    assert application.window.current_tab == 2
    assert application.window.windowTitle().startswith("dropped.safetensors")


def test_that_several_dropped_files_are_one_text(
    application: Application, qtbot: QtBot, fake_engine: FakeEngine
) -> None:
    paths = (Path("/one.csv"), Path("/two.csv"))
    drop(application, *paths)

    rest(application, qtbot)
    assert fake_engine.looked_at == [(paths, 0)]
    assert application.window.current_tab == 0


def test_that_a_model_and_texts_dropped_together_are_both_opened(
    application: Application, qtbot: QtBot, files: Files, fake_engine: FakeEngine, tmp_path: Path
) -> None:
    drop(application, tmp_path / "a.csv", tmp_path / "m.safetensors")

    rest(application, qtbot)
    qtbot.waitUntil(lambda: files.loaded == [tmp_path / "m.safetensors"])
    assert [path for path, _ in fake_engine.inspected] == [tmp_path / "a.csv"]


def test_that_of_two_dropped_models_none_is_opened(
    application: Application, qtbot: QtBot, files: Files, tmp_path: Path
) -> None:
    drop(application, tmp_path / "m.safetensors", tmp_path / "n.npz")

    rest(application, qtbot)
    assert files.loaded == []
    assert "only one model can be open" in application.window.message_bar.text


def test_that_the_recent_files_survive_a_drop(
    application: Application, qtbot: QtBot, tmp_path: Path
) -> None:
    for name in ("first.csv", "second.csv"):
        drop(application, tmp_path / name)
        rest(application, qtbot)

    menu = child(application.window, QMenu, "window.recent_menu")
    assert [action.text() for action in menu.actions()] == ["&1  second.csv", "&2  first.csv"]


def test_that_a_recent_file_that_is_gone_is_forgotten_with_a_word(
    application: Application, tmp_path: Path
) -> None:
    application.settings.add_recent_file(tmp_path / "gone.csv")
    menu = child(application.window, QMenu, "window.recent_menu")

    menu.actions()[0].trigger()

    assert "is not there any more" in application.window.message_bar.text
    assert application.settings.settings.recent_files == ()


def test_that_a_recent_file_opens_again(
    application: Application, qtbot: QtBot, fake_engine: FakeEngine, tmp_path: Path
) -> None:
    path = tmp_path / "there.csv"
    path.write_text("body\nhello\n", encoding="utf-8")
    application.settings.add_recent_file(path)
    menu = child(application.window, QMenu, "window.recent_menu")

    menu.actions()[0].trigger()
    rest(application, qtbot)

    assert fake_engine.inspected[0][0] == path


@pytest.mark.parametrize("gone", [False, True])
def test_that_files_that_are_one_text_are_one_recent_file(
    application: Application, fake_engine: FakeEngine, qtbot: QtBot, tmp_path: Path, gone: bool
) -> None:
    paths = [tmp_path / name for name in ("a.csv", "b.csv")]
    for path in paths:
        path.write_text("body\nhello\n", encoding="utf-8")
    application.settings.add_recent_file(*paths)
    menu = child(application.window, QMenu, "window.recent_menu")
    assert [action.text() for action in menu.actions()] == ["&1  a.csv and 1 more"]
    if gone:
        paths[1].unlink()

    menu.actions()[0].trigger()
    rest(application, qtbot)

    assert ("b.csv is not there any more" in application.window.message_bar.text) is gone
    assert [each for each, _ in fake_engine.looked_at] == ([] if gone else [tuple(paths)])


def test_that_an_unsaved_model_marks_the_title(application: Application) -> None:
    application.session.set_model(fake_model())

    assert application.window.isWindowModified()


def test_that_a_name_with_qts_mark_in_it_is_marked_like_others(
    application: Application,
) -> None:
    application.window.show_title("draft[*]", is_saved=False)

    assert application.window.windowTitle().startswith("draft[*][*][*] – ")
    assert application.window.isWindowModified()


def test_that_a_name_that_begins_with_no_character_leaves_the_title_whole(
    application: Application,
) -> None:
    application.window.show_title("\ufffedraft", is_saved=False)

    assert application.window.windowTitle() == f"draft[*] – {TITLE}"


def test_that_saving_takes_the_mark_from_the_title(
    application: Application, qtbot: QtBot, files: Files
) -> None:
    application.session.set_model(fake_model())

    trigger(application, "save_model")
    rest(application, qtbot)

    assert files.saved == [MODEL_PATH]
    assert not application.window.isWindowModified()


def test_that_nothing_can_be_saved_without_a_model(application: Application) -> None:
    action = child(application.window, QAction, "window.save_model_action")

    assert not action.isEnabled()


def test_that_dark_is_shown_at_once_and_remembered(
    application: Application, settings_path: Path
) -> None:
    trigger(application, "theme_dark")

    assert current_palette() == DARK
    assert application.settings.load().theme == "dark"


def test_that_the_device_is_named_when_it_is_known(application: Application, qtbot: QtBot) -> None:
    with qtbot.waitSignal(application.runners.warm_up.ended):
        application.warm_up.start()

    assert text_of(application, "window.device_label") == "Computes on: CPU"


def test_that_the_keys_bring_the_tabs_to_the_front(application: Application) -> None:
    trigger(application, "show_generation")

    assert application.window.current_tab == 2


def test_that_the_next_session_begins_on_the_last_tab(
    application: Application, qtbot: QtBot, settings_path: Path, fake_engine: FakeEngine
) -> None:
    application.window.show_tab(1)
    application.window.close()

    again = build_window(settings_path, jobs=fake_jobs(fake_engine, Answers(), Files()))
    qtbot.addWidget(again.window)

    assert again.window.current_tab == 1
    assert not again.settings.load_geometry().isEmpty()


def test_that_the_glossary_has_the_terms_and_the_keys_and_does_not_block(
    application: Application,
) -> None:
    trigger(application, "glossary")

    dialog = child(application.window, QDialog, "window.glossary_dialog")
    text = dialog.findChild(QTextBrowser, "window.glossary_text").toPlainText()
    for wanted in ("Perplexity", "Held-out text", "Open CSV", "Ctrl+O", "Ctrl+Return", "Esc"):
        assert wanted in text
    dialog.close()


def test_that_no_two_actions_share_a_key(application: Application) -> None:
    actions = application.window.findChildren(QAction)
    keys = [key.toString() for action in actions for key in action.shortcuts()]

    assert sorted(keys) == sorted(set(keys))


def test_that_the_details_of_a_problem_can_be_copied(
    application: Application, qtbot: QtBot
) -> None:
    application.presenter.message_requested.emit(
        Message(kind="error", text="It broke.", advice="Try again.", details="Traceback …")
    )
    button = child(application.window, QPushButton, "message_bar.copy_button")

    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    assert QGuiApplication.clipboard().text() == "It broke.\n\nTraceback …"


def test_that_a_file_name_never_becomes_markup(application: Application) -> None:
    application.presenter.show_message("<b>evil</b>.csv is empty.", "error")

    label = child(application.window, QLabel, "message_bar.text")
    assert label.textFormat() is Qt.TextFormat.PlainText


def test_that_every_control_of_a_tab_has_its_names(application: Application) -> None:
    tabs = child(application.window, QTabWidget, "window.tabs")
    controls = [
        (prefix, widget)
        for index, prefix in enumerate(PLACES)
        for widget in tabs.widget(index).findChildren(QWidget)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and not is_inner(widget)
    ]

    unnamed = [
        (prefix, type(widget).__name__, widget.objectName())
        for prefix, widget in controls
        if not widget.objectName().startswith(f"{prefix}.")
        or not (widget.accessibleName() or widget.isHidden())  # it has its name with its text
    ]
    assert {prefix for prefix, _ in controls} == set(PLACES)
    assert unnamed == []


def is_inner(widget: QWidget) -> bool:
    """Tell a part that Qt made inside a widget, such as the list of a combo box."""
    if isinstance(widget.parent(), QAbstractScrollArea):
        return True  # its viewport
    outer = widget.parent()
    while isinstance(outer, QWidget):
        if isinstance(outer, QComboBox | QTabBar | QAbstractSpinBox):
            return True
        outer = outer.parent()
    return isinstance(widget, QTabBar) or widget.objectName().startswith("qt_")


def test_that_a_question_at_closing_that_fails_keeps_the_window_once(
    application: Application, captured_exceptions: CapturedExceptions
) -> None:
    # PySide 6.11 crashes on Python 3.11 with an exception that C code raised in an override.
    application.window.set_close_guard(lambda: len())  # type: ignore[call-arg]

    assert not application.window.close()
    captured_exceptions.take(TypeError)

    assert application.window.close()
    captured_exceptions.take(TypeError)


def test_that_the_window_says_what_a_drop_would_do(application: Application) -> None:
    hint = child(application.window, QLabel, "window.drop_hint")

    drag(application, QUrl.fromLocalFile("/texts/reddit.csv"))
    assert hint.isVisibleTo(application.window)
    assert hint.text() == "Drop to open reddit.csv"
    application.window.dragLeaveEvent(QDragLeaveEvent())
    assert not hint.isVisibleTo(application.window)

    drag(application, QUrl("https://example.org/reddit.csv"))
    assert hint.text() == ELSEWHERE
    application.session.set_run_state(RunState.TRAINING)
    drag(application, QUrl.fromLocalFile("/texts/reddit.csv"))
    assert hint.text() == NOT_NOW
    assert hint.property("kind") == "refused"
    application.session.finish_run()


@pytest.mark.qt_log_ignore("This plugin does not support raise", extend=True)
def test_that_a_second_start_brings_the_window_to_the_front_and_opens_its_files(
    application: Application, qtbot: QtBot, fake_engine: FakeEngine, tmp_path: Path
) -> None:
    application.window.showMinimized()

    application.summon([tmp_path / "one.csv", tmp_path / "two.csv"])  # one text, as if dropped
    rest(application, qtbot)

    assert not application.window.isMinimized()
    paths, _shown = fake_engine.looked_at[0]
    assert [path.name for path in paths] == ["one.csv", "two.csv"]


def test_that_about_names_version_licence_and_the_tutorial(application: Application) -> None:
    trigger(application, "about")

    box = child(application.window, QMessageBox, "window.about_dialog")
    assert re.search(r"Version \d+\.\d+", box.text())
    assert "MIT licence" in box.informativeText()
    assert '<a href="http://www.wildml.com/2015/09/' in box.informativeText()
    assert not box.iconPixmap().isNull()
    box.close()
