"""The row of presets: three buttons, and a menu of one's own."""

from collections.abc import Sequence
from random import Random

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QInputDialog, QMenu, QPushButton, QToolButton, QWidget

from app.generation.presets import PRESETS, Preset, thrown
from app.shared.labels import describe
from engine import SampleConfig

_LONGEST_NAME = 40  # characters


class PresetRow(QWidget):
    """Choose a preset, keep the present settings as one, or remove one.

    Signals
    -------
    chosen(object)
        The user wants this `Preset`.
    own_changed(object)
        One's own presets are these now, a tuple.
    """

    chosen = Signal(object)
    own_changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._own: tuple[Preset, ...] = ()
        self._present = SampleConfig()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        self._buttons = [self._make_button(preset) for preset in PRESETS]
        self._own_button = describe(
            QToolButton(self),
            "generation.own_presets_button",
            "Your own presets",
            "Settings that you have kept under a name; keep the present ones, or roll the dice",
        )
        self._own_button.setText("Own ▾")
        self._own_button.setProperty("segment", True)  # noqa: FBT003 - Qt's signature
        self._own_button.setCheckable(True)
        self._menu = QMenu(self._own_button)
        self._own_button.clicked.connect(self._on_own_clicked)
        for button in self._buttons:
            layout.addWidget(button, 1)
        layout.addWidget(self._own_button)
        self._fill_menu()

    @Slot()
    def _on_own_clicked(self) -> None:
        """Open the menu without waiting for it, as the button's own way would."""
        self.show_settings(self._present)  # the click has changed the mark
        self._menu.popup(self._own_button.mapToGlobal(self._own_button.rect().bottomLeft()))

    def _make_button(self, preset: Preset) -> QPushButton:
        name = preset.name.lower().replace(" ", "_")
        button = describe(
            QPushButton(preset.name, self),
            f"generation.preset_{name}_button",
            f"Preset: {preset.name}",
            preset.tip,
        )
        button.setProperty("segment", True)  # noqa: FBT003 - Qt's signature
        button.setCheckable(True)
        button.clicked.connect(self._on_button_clicked)
        return button

    def show_own(self, presets: Sequence[Preset]) -> None:
        """Offer these of one's own."""
        self._own = tuple(presets)
        self._fill_menu()
        self.show_settings(self._present)

    def show_settings(self, settings: SampleConfig) -> None:
        """Mark the preset that `settings` are, if any."""
        self._present = settings
        for button, preset in zip(self._buttons, PRESETS, strict=True):
            button.setChecked(preset.fits(settings))
        fitting = [preset.name for preset in self._own if preset.fits(settings)]
        self._own_button.setChecked(bool(fitting))
        for action in self._menu.actions():
            action.setChecked(action.isCheckable() and action.data() in fitting)

    def keep(self, name: str) -> None:
        """Keep the present settings under `name`; one of that name is replaced."""
        name = " ".join(name.split())[:_LONGEST_NAME]
        if not name:
            return
        kept = Preset(name, self._present)
        self.show_own([*(each for each in self._own if each.name != name), kept])
        self.own_changed.emit(self._own)

    def tab_chain(self) -> list[QWidget]:
        """Return the widgets in the order of the Tab key."""
        return [*self._buttons, self._own_button]

    def _fill_menu(self) -> None:
        self._menu.clear()
        for preset in self._own:
            action = self._menu.addAction(preset.name.replace("&", "&&"))
            action.setCheckable(True)
            action.setData(preset.name)
            action.triggered.connect(self._on_own_triggered)
        if self._own:
            self._menu.addSeparator()
        self._menu.addAction("Roll the dice", self._on_dice_triggered)
        self._menu.addAction("Keep the present settings as…", self._on_keep_triggered)
        if self._own:
            remove = self._menu.addMenu("Remove")
            for preset in self._own:
                action = remove.addAction(preset.name.replace("&", "&&"))
                action.setData(preset.name)
                action.triggered.connect(self._on_remove_triggered)

    @Slot()
    def _on_button_clicked(self) -> None:
        self.chosen.emit(PRESETS[self._buttons.index(self.sender())])  # type: ignore[arg-type]
        self.show_settings(self._present)

    @Slot()
    def _on_own_triggered(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            for preset in self._own:
                if preset.name == action.data():
                    self.chosen.emit(preset)
        self.show_settings(self._present)

    @Slot()
    def _on_dice_triggered(self) -> None:
        self.chosen.emit(thrown(Random()))  # noqa: S311 - a game, no secret

    @Slot()
    def _on_keep_triggered(self) -> None:
        name, is_accepted = QInputDialog.getText(self, "Keep these settings", "Name of the preset:")
        if is_accepted:
            self.keep(name)

    @Slot()
    def _on_remove_triggered(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self.show_own([each for each in self._own if each.name != action.data()])
            self.own_changed.emit(self._own)
