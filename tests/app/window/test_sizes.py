"""At every size of the window the plot has its room and no text is cut."""

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QScrollArea

from app.application import Application
from app.generation.records import ModelScore
from app.generation.scoring.score_panel import ScorePanel
from app.shared.labels import ElidedLabel
from tests.app.support.generation_fakes import sentence_score, word_score
from tests.app.support.training_fakes import epoch_done, loss_point
from tests.app.support.widgets import child
from tests.app.support.window_fakes import fake_model

SIZES = [(1024, 600), (1280, 860), (2560, 1440)]


def settled(app: Application, size: tuple[int, int], tab: int) -> None:
    app.window.resize(*size)
    app.window.show_tab(tab)
    for _ in range(3):  # layouts ask for others
        QApplication.processEvents()


def is_cut(widget: QLabel | QPushButton) -> bool:
    if isinstance(widget, QLabel) and (widget.wordWrap() or isinstance(widget, ElidedLabel)):
        return False
    needed = widget.fontMetrics().horizontalAdvance(widget.text().replace("&", ""))
    return needed > widget.contentsRect().width()


@pytest.mark.parametrize("size", SIZES)
def test_that_the_plot_has_its_room_and_no_text_is_cut(
    application: Application, size: tuple[int, int]
) -> None:
    window, tab = application.window, application.training._tab
    application.session.set_model(fake_model())
    tab.plot.history.append(loss_point(1, 8.0))
    tab.plot.history.add_epoch(epoch_done(0, 9.0))
    for name, text in (("elapsed", "12 min 34 s"), ("left", "132 h 46 min"), ("rate", "0.000313")):
        tab.figures.show_figure(name, text)
    for name, remark in (
        ("training", "perplexity 425"),
        ("held_out", "perplexity 425"),
        ("best", "at epoch 12"),
    ):
        tab.figures.show_figure(name, "6.052", remark)
    panel = child(window, ScorePanel)
    long_name = "epoch 12.25, mixed with a table of four words in a row"
    scored = sentence_score(words=(word_score("so"), word_score("SENTENCE_END")))
    panel.show_score(ModelScore(score=scored, model=long_name, model_title="", guess_bits=13.0))
    tab.show_hint("Ended because the loss fell no further after 13 epochs.", "")
    window.show()

    settled(application, size, 1)

    assert tab.plot._canvas.height() >= 0.45 * tab.height()
    area = window.findChildren(QScrollArea)
    assert not any(each.widget() is tab and each.verticalScrollBar().isVisible() for each in area)
    for number in range(3):
        settled(application, size, number)
        cut = [
            (each.objectName(), each.text())
            for kind in (QLabel, QPushButton)
            for each in window.findChildren(kind)
            if each.isVisible() and each.text() and "<" not in each.text() and is_cut(each)
        ]
        assert cut == []
        assert not any(
            each.horizontalScrollBar().isVisible()
            for each in window.findChildren(QScrollArea)
            if each.isVisible()
        )
