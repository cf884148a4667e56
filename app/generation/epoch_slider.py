"""A slider over the models that a run has kept of its epochs; the right end is the newest."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QSlider, QWidget

from app.shared.formatting import format_epoch, format_loss
from app.shared.labels import make_label
from app.shared.layouts import in_row
from app.shared.theme import scaled

if TYPE_CHECKING:
    from engine import EpochModel

SLIDER_WIDTH_PX = 180
TEXT_WIDTH_PX = 130
TIP = (
    "Draw and score with the network as it was after an earlier epoch,\n"
    "to hear it learn. The right end is the newest."
)


class EpochSlider(QWidget):
    """Choose an epoch to look back at; hidden while there is none.

    Signals
    -------
    chosen(object)
        The user moved the handle to this `EpochModel`, or to the newest model: None.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._models: tuple[EpochModel, ...] = ()
        caption = make_label("Look &back:", "hint", self)
        self._slider = QSlider(Qt.Orientation.Horizontal, self)
        self._slider.setObjectName("generation.epoch_slider")
        self._slider.setAccessibleName("Epoch whose model is used")
        self._slider.setPageStep(1)
        self._slider.setFixedWidth(scaled(SLIDER_WIDTH_PX))
        self._text = make_label("", "hint", self, name="generation.epoch_label")
        self._text.setMinimumWidth(scaled(TEXT_WIDTH_PX))
        caption.setBuddy(self._slider)
        for part in (caption, self._slider, self._text):
            part.setToolTip(TIP)
        in_row(caption, self._slider, self._text, of=self, margins=0)
        self._slider.valueChanged.connect(self._on_slider_moved)
        self.show_models((), None)

    @property
    def slider(self) -> QSlider:
        """The handle, for the order of the Tab key."""
        return self._slider

    def show_models(self, models: "Sequence[EpochModel]", present: "EpochModel | None") -> None:
        """Offer these models, the first epoch first; `present` is looked back at, None: none."""
        self._models = tuple(models)
        with QSignalBlocker(self._slider):
            self._slider.setRange(0, len(self._models))
            places = (place for place, each in enumerate(self._models) if each == present)
            self._slider.setValue(next(places, len(self._models)))
        self.setVisible(bool(self._models))
        self._show_place()

    def _present(self) -> "EpochModel | None":
        place = self._slider.value()
        return self._models[place] if place < len(self._models) else None

    def _show_place(self) -> None:
        model = self._present()
        text = "newest"
        if model is not None:
            text = f"epoch {format_epoch(model.epoch)}, loss {format_loss(model.loss)}"
        self._text.setText(text)
        self._slider.setAccessibleDescription(text)

    @Slot(int)
    def _on_slider_moved(self, _place: int) -> None:
        self._show_place()
        self.chosen.emit(self._present())
