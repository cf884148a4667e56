"""A tick that lets a table of word sequences write and score together with the network."""

from PySide6.QtWidgets import QCheckBox, QWidget

from app.shared.labels import as_plain, describe

_NAME, _BUSY = "With word sequences", "With word sequences (counting…)"
_TIP = (
    "Let the network and a table of the text's word sequences predict together: the sentences, "
    "suggestions and probabilities of this tab are then those of the mixture, and say so. How much "
    "each counts is what is best on held-out text. Training and files are of the network alone."
)


class MixtureCheck(QCheckBox):
    """Off until the person wants it; disabled with the reason where there is nothing to mix."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_NAME, parent)
        describe(self, "generation.mixture_check", "Mix the network with word sequences", _TIP)
        self.show_possible("")

    def show_possible(self, obstacle: str) -> None:
        """Enable it; or say what stands in the way, a sentence."""
        self.setEnabled(not obstacle)
        self.setToolTip(as_plain(obstacle or _TIP))

    def show_busy(self, *, is_busy: bool) -> None:
        """Show whether the table is being counted."""
        self.setText(_BUSY if is_busy else _NAME)
