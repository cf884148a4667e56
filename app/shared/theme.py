"""Colours in light and dark, and lengths that grow with the person's font.

`Theme` is the one place where both are put on the application.
"""

from dataclasses import asdict, dataclass
from importlib.resources import files
from string import Template
from typing import Literal

from PySide6.QtCore import QObject, QSize, Qt, Slot
from PySide6.QtGui import QColor, QFont, QFontInfo, QGuiApplication, QPalette, QResizeEvent
from PySide6.QtWidgets import QApplication, QTableView, QWidget

ThemeChoice = Literal["system", "light", "dark"]

FONT_SIZES = {"heading": 15, "title": 20, "figure": 18, "tab": 14, "small_tab": 13}  # px
LEAST_HEIGHTS = {"line": 20, "button": 18, "flat_button": 16}  # px, of what has letters in it

DRAWN_FOR = 12  # px, of the font
QWIDGETSIZE_MAX = 16_777_215  # Qt's own: no limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """Colours as "#rrggbb"; every text colour has a contrast of 4.5 or more on both backgrounds."""

    background: str  # cards, tables, plots, input fields
    window: str  # behind the cards
    foreground: str
    faint: str  # secondary text, raw points
    border: str
    grid: str  # lines of a plot
    accent: str  # the first curve, links, the default button
    on_accent: str  # text on the accent
    second: str  # the second curve
    good: str
    bad: str  # errors, unknown words
    warning: str
    hover: str
    selection: str
    info_wash: str  # backgrounds of messages
    warning_wash: str
    bad_wash: str
    is_dark: bool


LIGHT = Palette(
    background="#ffffff",
    window="#f4f5f8",
    foreground="#1d2433",
    faint="#5b6475",
    border="#d5d9e2",
    grid="#e3e6ec",
    accent="#2f5fd0",
    on_accent="#ffffff",
    second="#b4520a",
    good="#1a7544",
    bad="#bf2437",
    warning="#8a5a00",
    hover="#eaeef6",
    selection="#dbe5fb",
    info_wash="#e9f0fd",
    warning_wash="#fdf3dc",
    bad_wash="#fdebed",
    is_dark=False,
)

DARK = Palette(
    background="#1e222b",
    window="#16191f",
    foreground="#e6e9ef",
    faint="#a0a9b9",
    border="#3a414f",
    grid="#2c323e",
    accent="#86abff",
    on_accent="#10141c",
    second="#f0a35e",
    good="#6fd19b",
    bad="#ff8a96",
    warning="#e9bd5b",
    hover="#2a303c",
    selection="#2d3f66",
    info_wash="#1f2c47",
    warning_wash="#3a3018",
    bad_wash="#42222a",
    is_dark=True,
)


def current_palette() -> Palette:
    """Return the colours that the application shows now."""
    window = QGuiApplication.palette().color(QPalette.ColorRole.Window)
    return DARK if window.lightness() < 128 else LIGHT


class Theme(QObject):
    """Put light or dark on the application and follow the system while that is asked for.

    Make it before any widget that connects to `colorSchemeChanged`, so that the
    colours are already the new ones when those widgets repaint.
    """

    def __init__(self, application: QApplication) -> None:
        super().__init__()
        self._application = application
        self._resources = files("resources")
        self._template = Template(self._resources.joinpath("style.qss").read_text(encoding="utf-8"))
        self._hints = QGuiApplication.styleHints()
        self._font = QFont(application.font())  # at 100 %
        self._is_on = False
        application.setStyle("Fusion")
        self._hints.colorSchemeChanged.connect(self._on_scheme_changed)
        self._show(self._hints.colorScheme())

    def choose(self, choice: ThemeChoice) -> None:
        """Show light or dark, or what the system shows."""
        if choice == "system":
            self._hints.unsetColorScheme()
            self._announce(self._hints.colorScheme())
            return
        scheme = Qt.ColorScheme.Dark if choice == "dark" else Qt.ColorScheme.Light
        self._hints.setColorScheme(scheme)
        self._announce(scheme)

    def put_on(self) -> None:
        """Put the style on all widgets.

        Call it when they are made: Qt puts it on anew for each part that goes into another.
        """
        self._is_on = True
        if self._application.styleSheet() != self._sheet():  # of an earlier window
            self._show(_scheme())

    def zoom(self, percent: int, window: QWidget | None = None) -> None:
        """Show all letters, and the lengths that go by them, at `percent` of the usual size.

        `window` is one that was made before: its widths and heights follow.
        """
        before = _growth()
        font = QFont(self._font)
        if font.pointSizeF() > 0.0:
            font.setPointSizeF(font.pointSizeF() * percent / 100.0)
        else:
            font.setPixelSize(round(font.pixelSize() * percent / 100.0))
        if font == self._application.font():
            return
        tables = [] if window is None else _table_sizes(window)
        self._application.setFont(font)
        ratio = _growth() / before
        if window is not None:
            _grow(window, ratio)  # first: the style's own heights are for the new letters already
        self._show(_scheme())
        _grow_tables(tables, ratio)  # last: rows are not lower than the letters of the style

    def _announce(self, scheme: Qt.ColorScheme) -> None:
        """Tell a change that the platform did not tell: some have no colour scheme of their own."""
        if current_palette().is_dark != (scheme is Qt.ColorScheme.Dark):
            self._hints.colorSchemeChanged.emit(scheme)

    @Slot(Qt.ColorScheme)
    def _on_scheme_changed(self, scheme: Qt.ColorScheme) -> None:
        self._show(scheme)

    def _show(self, scheme: Qt.ColorScheme) -> None:
        palette = DARK if scheme is Qt.ColorScheme.Dark else LIGHT
        self._application.setPalette(_qt_palette(palette))
        if self._is_on:
            self._application.setStyleSheet(self._sheet())

    def _sheet(self) -> str:
        palette = current_palette()
        return self._template.substitute(
            asdict(palette),
            icons=str(self._resources).replace("\\", "/"),
            variant="dark" if palette.is_dark else "light",
            **{name: scaled(px) for name, px in (FONT_SIZES | LEAST_HEIGHTS).items()},
        )


def _scheme() -> Qt.ColorScheme:
    """Return the scheme that is shown; not each platform keeps the one that was chosen."""
    return Qt.ColorScheme.Dark if current_palette().is_dark else Qt.ColorScheme.Light


def _qt_palette(palette: Palette) -> QPalette:
    """Return the same colours as Qt's roles."""
    roles = QPalette.ColorRole
    qt_palette = QPalette()
    for role, colour in {
        roles.Window: palette.window,
        roles.WindowText: palette.foreground,
        roles.Base: palette.background,
        roles.AlternateBase: palette.window,
        roles.Text: palette.foreground,
        roles.PlaceholderText: palette.faint,
        roles.Button: palette.background,
        roles.ButtonText: palette.foreground,
        roles.ToolTipBase: palette.background,
        roles.ToolTipText: palette.foreground,
        roles.Highlight: palette.selection,
        roles.HighlightedText: palette.foreground,
        roles.Link: palette.accent,
        roles.Accent: palette.accent,
        roles.Light: palette.hover,
        roles.Midlight: palette.grid,
        roles.Mid: palette.border,
        roles.Dark: palette.border,
        roles.Shadow: palette.border,
        roles.BrightText: palette.bad,
    }.items():
        qt_palette.setColor(role, QColor(colour))
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        qt_palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(palette.faint))
    return qt_palette


def scaled(length: int) -> int:
    """Return a length of the drawing, in px, for the font of the application; never a smaller."""
    return round(length * _growth())


def _growth() -> float:
    return max(QFontInfo(QGuiApplication.font()).pixelSize() / DRAWN_FOR, 1.0)


def _grow(window: QWidget, ratio: float) -> None:
    """Multiply the lengths that were set for each part of `window`."""
    for widget in window.findChildren(QWidget):
        least, most = widget.minimumSize(), widget.maximumSize()
        if most.width() < QWIDGETSIZE_MAX:
            widget.setMaximumWidth(round(most.width() * ratio))
        if most.height() < QWIDGETSIZE_MAX:
            widget.setMaximumHeight(round(most.height() * ratio))
        if not least.isNull():
            widget.setMinimumSize(
                QSize(round(least.width() * ratio), round(least.height() * ratio))
            )


def _table_sizes(window: QWidget) -> list[tuple[QTableView, int, list[int]]]:
    """Return the tables, each with the height of its rows and the widths of its columns."""
    sizes = []
    for table in window.findChildren(QTableView):
        columns = table.horizontalHeader()
        widths = [columns.sectionSize(number) for number in range(columns.count())]
        sizes.append((table, table.verticalHeader().defaultSectionSize(), widths))
    return sizes


def _grow_tables(tables: list[tuple[QTableView, int, list[int]]], ratio: float) -> None:
    """Make rows and columns `ratio` times as large; tables share their room anew."""
    for table, height, widths in tables:
        table.verticalHeader().setDefaultSectionSize(round(height * ratio))
        for number, width in enumerate(widths):
            table.horizontalHeader().resizeSection(number, round(width * ratio))
        view = table.viewport()
        QApplication.sendEvent(view, QResizeEvent(view.size(), view.size()))
