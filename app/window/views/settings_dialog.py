"""The choices of a person that hold for every text and run, each taken over as it is made."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QDialog, QDialogButtonBox, QWidget

from app.settings import AppSettings
from app.shared.labels import add_row, describe, make_form, offer_choices
from app.shared.layouts import in_column
from app.shared.theme import scaled
from app.window.menus import THEMES

STARTS = (("Continue where I left off", "continue"), ("Show the start page", "home"))
WIDTH = 400  # px


class SettingsDialog(QDialog):
    """Theme, size of the letters, what a start shows, whether the computer is kept awake.

    Signals
    -------
    theme_chosen(str), zoom_chosen(int), on_start_chosen(str), keep_awake_chosen(bool)
        The choice of that name was made.
    """

    theme_chosen = Signal(str)
    zoom_chosen = Signal(int)
    on_start_chosen = Signal(str)
    keep_awake_chosen = Signal(bool)

    def __init__(
        self, settings: AppSettings, zooms: tuple[int, ...], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("window.settings_dialog")
        self.setWindowTitle("Settings")
        self.setMinimumWidth(scaled(WIDTH))
        self._theme = self._choice("theme", "Theme", _themes(), settings.theme)
        offered = sorted({*zooms, settings.zoom})  # whoever wrote another one sees it
        sizes = tuple((f"{zoom} %", zoom) for zoom in offered)
        self._zoom = self._choice("zoom", "Text size", sizes, settings.zoom)
        self._on_start = self._choice("on_start", "On start-up", STARTS, settings.on_start)
        self._keep_awake = describe(
            QCheckBox("&Keep the computer awake while it trains", self),
            "window.settings_keep_awake",
            "Keep the computer awake while it trains",
            "The screen may still go dark; the computer does not sleep before the training ends",
        )
        self._keep_awake.setChecked(settings.keep_awake)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.close)
        fields = QWidget(self)
        form = make_form(fields)
        add_row(form, "&Theme", self._theme)
        add_row(form, "Size of &letters", self._zoom)
        add_row(form, "At the &start", self._on_start)
        in_column(fields, self._keep_awake, buttons, of=self, margins=16, spacing=12)
        self._theme.currentIndexChanged.connect(self._on_theme_index_changed)
        self._zoom.currentIndexChanged.connect(self._on_zoom_index_changed)
        self._on_start.currentIndexChanged.connect(self._on_start_index_changed)
        self._keep_awake.toggled.connect(self.keep_awake_chosen)

    def _choice(
        self, role: str, name: str, choices: tuple[tuple[str, object], ...], present: object
    ) -> QComboBox:
        box = describe(QComboBox(self), f"window.settings_{role}", name)
        offer_choices(box, choices)
        box.setCurrentIndex(max(0, box.findData(present)))
        return box

    @Slot(int)
    def _on_theme_index_changed(self, _index: int) -> None:
        self.theme_chosen.emit(self._theme.currentData())

    @Slot(int)
    def _on_zoom_index_changed(self, _index: int) -> None:
        self.zoom_chosen.emit(self._zoom.currentData())

    @Slot(int)
    def _on_start_index_changed(self, _index: int) -> None:
        self.on_start_chosen.emit(self._on_start.currentData())


def _themes() -> tuple[tuple[str, object], ...]:
    """Return the themes as the menu names them, without its keys."""
    return tuple((text.replace("&", ""), choice) for choice, text in THEMES)
