"""Light and dark: readable, complete, and switched while the window is open."""

import re
from collections.abc import Iterator
from dataclasses import asdict
from importlib.resources import files

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.shared.tables import Column, RecordTable, RowsModel
from app.shared.theme import (
    DARK,
    FONT_SIZES,
    LEAST_HEIGHTS,
    LIGHT,
    Palette,
    Theme,
    ThemeChoice,
    current_palette,
)

TEXT_COLOURS = ("foreground", "faint", "accent", "second", "good", "bad", "warning")
BACKGROUNDS = ("background", "window")
SMALLEST_CONTRAST = 4.5  # WCAG 2, AA


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    theme = Theme(qapp)
    theme.put_on()
    yield theme
    theme.choose("light")
    qapp.setStyleSheet("")


def luminance(colour: str) -> float:
    """Return the relative luminance as WCAG 2 defines it."""
    channels = QColor(colour).getRgbF()[:3]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_that_every_text_colour_is_readable_on_both_backgrounds(palette: Palette) -> None:
    colours = asdict(palette)
    poor = [
        (text, background, round(contrast(colours[text], colours[background]), 2))
        for text in TEXT_COLOURS
        for background in BACKGROUNDS
        if contrast(colours[text], colours[background]) < SMALLEST_CONTRAST
    ]

    assert poor == []


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("text", "background"),
    [
        ("on_accent", "accent"),
        ("foreground", "selection"),
        ("foreground", "hover"),
        ("foreground", "info_wash"),
        ("foreground", "warning_wash"),
        ("foreground", "bad_wash"),
        ("accent", "info_wash"),
        ("warning", "warning_wash"),
        ("bad", "bad_wash"),
        ("bad", "selection"),
    ],
)
def test_that_text_is_readable_on_coloured_grounds(
    palette: Palette, text: str, background: str
) -> None:
    colours = asdict(palette)

    assert contrast(colours[text], colours[background]) >= SMALLEST_CONTRAST


def test_that_the_choice_switches_the_colours_at_once(theme: Theme) -> None:
    theme.choose("dark")
    assert current_palette() == DARK

    theme.choose("light")
    assert current_palette() == LIGHT


def test_that_a_switch_is_announced_when_the_new_colours_are_there(theme: Theme) -> None:
    theme.choose("light")
    seen: list[Palette] = []
    hints = QGuiApplication.styleHints()

    def note(scheme: Qt.ColorScheme) -> None:
        seen.append(current_palette())

    hints.colorSchemeChanged.connect(note)
    theme.choose("dark")
    hints.colorSchemeChanged.disconnect(note)

    assert seen == [DARK]


def test_that_the_same_choice_again_is_silent(theme: Theme, qtbot: QtBot) -> None:
    theme.choose("dark")

    with qtbot.assertNotEmitted(QGuiApplication.styleHints().colorSchemeChanged):
        theme.choose("dark")


def test_that_a_change_of_the_system_is_followed(theme: Theme) -> None:
    theme.choose("system")

    QGuiApplication.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Dark)

    assert current_palette() == DARK


def test_that_the_style_names_only_colours_sizes_and_files_that_exist() -> None:
    resources = files("resources")
    sheet = resources.joinpath("style.qss").read_text(encoding="utf-8")

    names = set(re.findall(r"\$(\w+)", sheet)) - {"icons"}
    sizes = set(re.findall(r"\$\{(\w+)\}", sheet))
    icons = set(re.findall(r"\$icons/(\w+)_\$variant\.svg", sheet))

    assert {n for n in names if n != "variant"} <= set(asdict(LIGHT))
    assert sizes == {*FONT_SIZES, *LEAST_HEIGHTS}
    for variant in ("light", "dark"):
        assert all(resources.joinpath(f"{icon}_{variant}.svg").is_file() for icon in icons)


@pytest.mark.parametrize("choice", ["light", "dark"])
def test_that_the_text_of_an_empty_table_is_readable(
    qtbot: QtBot, theme: Theme, choice: ThemeChoice
) -> None:
    theme.choose(choice)
    table = RecordTable()
    qtbot.addWidget(table)
    table.setModel(RowsModel((Column(title="Name", text=str),), table))
    table.set_placeholder("████████")  # whole pixels of the text's own colour
    table.resize(400, 200)
    table.show()

    image = table.viewport().grab().toImage()

    middle = image.height() // 2
    row = {QColor(image.pixel(x, middle)).name() for x in range(image.width())}
    ground = QColor(image.pixel(2, 2)).name()
    assert max(contrast(colour, ground) for colour in row) >= SMALLEST_CONTRAST


def test_that_larger_letters_leave_the_chosen_colours(theme: Theme) -> None:
    theme.choose("dark")

    theme.zoom(150)

    assert current_palette() is DARK
    theme.zoom(100)
