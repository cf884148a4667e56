"""The scored sentence in colours: bands, places, clicks, what is said of a word."""

import itertools

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from app.generation.records import ModelScore
from app.generation.scoring.bands import DARK, LIGHT, band_limits, band_of, word_tip
from app.generation.scoring.coloured_sentence import ColouredSentence, Legend
from app.shared.theme import DARK as DARK_PALETTE
from app.shared.theme import LIGHT as LIGHT_PALETTE
from app.shared.theme import Palette, current_palette
from tests.app.support.generation_fakes import sentence_score, word_score

RANKS = {"I": 1, "zap": 2000, "glads": 500}


def scored(text: str = "I zap glads") -> ModelScore:
    words = (*(word_score(word, rank=RANKS[word]) for word in text.split()),)
    score = sentence_score(text, words=(*words, word_score("SENTENCE_END", rank=12)))
    return ModelScore(score=score, model="epoch 1", model_title="m", guess_bits=13.0)


@pytest.fixture
def widget(qtbot: QtBot) -> ColouredSentence:
    widget = ColouredSentence()
    qtbot.addWidget(widget)
    widget.resize(400, 40)
    widget.show_score(scored())
    widget.show()
    return widget


def middle(widget: ColouredSentence, word: int) -> QPointF:
    return widget._boxes(word)[0].center()


@pytest.mark.parametrize(
    ("size", "limits"), [(100, (1, 5, 50)), (2000, (10, 100, 1000)), (80_000, (10, 100, 1000))]
)
def test_that_limits_still_tell_with_few_words(size: int, limits: tuple[int, int, int]) -> None:
    assert band_limits(size) == limits
    assert [band_of(limit + 1, limits) for limit in limits] == [1, 2, 3]
    assert [band_of(limit, limits) for limit in limits] == [0, 1, 2]


def test_that_each_word_has_the_colour_of_its_rank(widget: ColouredSentence) -> None:
    image = widget.grab().toImage()
    bands = LIGHT if not _is_dark() else DARK

    for word, band in ((1, 3), (2, 2), (3, 1)):
        box = widget._boxes(word)[0]
        assert image.pixelColor(int(box.left()) + 1, int(box.top()) + 1) == QColor(bands[band])
    assert image.pixelColor(middle(widget, 0).toPoint()).name() not in bands[1:]


def test_that_a_click_tells_the_word(qtbot: QtBot, widget: ColouredSentence) -> None:
    for word in range(4):
        with qtbot.waitSignal(widget.word_clicked) as clicked:
            point = middle(widget, word).toPoint()
            qtbot.mouseClick(widget, Qt.MouseButton.LeftButton, pos=point)
        assert clicked.args == [word]
    assert widget.word_at(QPointF(390.0, 2.0)) is None


def test_that_a_narrow_sentence_takes_more_lines(widget: ColouredSentence) -> None:
    assert widget.heightForWidth(40) > 2 * widget.heightForWidth(400) - 10


def test_that_no_score_takes_it_away(widget: ColouredSentence) -> None:
    widget.show_score(None)

    assert not widget.isVisible()


def test_that_a_word_is_explained() -> None:
    assert word_tip(word_score("glads", bits=1.0)).startswith(
        "“glads”, not known: scored as UNKNOWN_TOKEN: 1 in 2"
    )
    assert word_tip(word_score("SENTENCE_END")).startswith("The end of the sentence: ")


def test_that_the_legend_prints_the_limits(qtbot: QtBot) -> None:
    legend = Legend()
    qtbot.addWidget(legend)

    legend.show_vocabulary(100)

    assert legend.texts() == ["rank 1", "to 5", "to 50", "rarer"]


@pytest.mark.parametrize(
    ("bands", "palette"), [(LIGHT, LIGHT_PALETTE), (DARK, DARK_PALETTE)], ids=["light", "dark"]
)
def test_that_text_can_be_read_and_bands_be_told_in_grey(
    bands: tuple[str, ...], palette: Palette
) -> None:
    text, ground = palette.foreground, palette.background
    shades = [luminance(ground), *(luminance(colour) for colour in bands[1:])]

    assert all(contrast(luminance(text), shade) >= 4.5 for shade in shades)
    assert all(contrast(a, b) >= 1.3 for a, b in itertools.pairwise(shades))


# The matrices of Viénot, Brettel and Mollon (1999), and of Brettel's tritan axis, on linear RGB
BLIND = {
    "protan": ((0.11238, 0.88762, 0.0), (0.11238, 0.88762, 0.0), (0.00401, -0.00401, 1.0)),
    "deutan": ((0.29275, 0.70725, 0.0), (0.29275, 0.70725, 0.0), (-0.02234, 0.02234, 1.0)),
    "tritan": ((1.0, 0.14461, -0.14461), (0.0, 0.85924, 0.14076), (0.0, 0.85924, 0.14076)),
}


@pytest.mark.parametrize("kind", BLIND)
@pytest.mark.parametrize(
    ("bands", "palette"), [(LIGHT, LIGHT_PALETTE), (DARK, DARK_PALETTE)], ids=["light", "dark"]
)
def test_that_bands_get_steadily_stronger_for_colour_blind_eyes(
    bands: tuple[str, ...], palette: Palette, kind: str
) -> None:
    seen = []
    for colour in (palette.background, *bands[1:]):
        rgb = linear(colour)
        mixed = [sum(a * b for a, b in zip(row, rgb, strict=True)) for row in BLIND[kind]]
        seen.append(0.2126 * mixed[0] + 0.7152 * mixed[1] + 0.0722 * mixed[2])

    steps = [contrast(a, b) for a, b in itertools.pairwise(seen)]
    assert all(step >= 1.2 for step in steps)
    assert seen == sorted(seen, reverse=bands is LIGHT)


def linear(colour: str) -> list[float]:
    parts = QColor(colour).getRgbF()[:3]
    return [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]


def luminance(colour: str) -> float:
    red, green, blue = linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: float, other: float) -> float:
    darker, lighter = sorted((one, other))
    return (lighter + 0.05) / (darker + 0.05)


def _is_dark() -> bool:
    return current_palette().is_dark
