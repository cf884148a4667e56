"""Every figure leads to what it means, with the present number."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QLabel, QTextBrowser
from pytestqt.qtbot import QtBot

from app.application import Application
from app.shared.labels import TermLabel
from app.window.views.glossary import TERMS
from tests.app.support.dataset_fakes import FakeCorpus
from tests.engine.support.run_infos import CORPUS_CONFIG


@pytest.fixture
def shown(application: Application, qtbot: QtBot) -> Application:
    application.session.set_corpus(FakeCorpus(), CORPUS_CONFIG)  # type: ignore[arg-type]
    runners = application.runners.all_but_warm_up()
    qtbot.waitUntil(lambda: not any(runner.is_busy for runner in runners))
    application.window.show()
    return application


def test_that_every_figure_names_a_term_of_the_glossary(shown: Application) -> None:
    labels = shown.window.findChildren(TermLabel)

    assert {label.term for label in labels} <= set(TERMS)
    figures = [
        label
        for label in shown.window.findChildren(QLabel)
        if label.property("role") == "figure" and label.objectName()
    ]
    assert len(figures) > 20
    assert [each.objectName() for each in figures if not isinstance(each, TermLabel)] == []
    assert all(f"“{label.term}”" in label.toolTip() for label in labels if label.text())


def test_that_a_click_on_a_figure_explains_it_with_its_number(
    shown: Application, qtbot: QtBot
) -> None:
    shown.window.show_tab(1)
    strip = shown.training._tab.figures
    strip.show_figure("held_out", "6.280", "perplexity 534")
    label = shown.window.findChild(QLabel, "training.figure_held_out")
    assert "Held-out loss now: 6.280, perplexity 534." in label.toolTip()

    qtbot.mouseClick(label, Qt.MouseButton.LeftButton)

    dialog = shown.window.findChild(QDialog, "window.glossary_dialog")
    assert dialog.isVisible()
    browser = dialog.findChild(QTextBrowser, "window.glossary_text")
    assert "Held-out loss now: 6.280" in browser.toPlainText()
    assert browser.verticalScrollBar().value() > 0  # at the term, not at the beginning
    dialog.close()
