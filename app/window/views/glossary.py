"""The glossary: what each figure means, offline, with the present numbers, and the keys."""

import html
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTextBrowser, QWidget

from app.shared.labels import describe
from app.shared.layouts import in_column
from app.shared.theme import scaled

SIZE = (640, 560)  # px

TERMS = {
    "Loss": (
        "How surprised the network is by the next word, on average: minus the logarithm of "
        "the probability that it gave to the word that came. Training makes it fall. A "
        "network that guesses all words alike has the loss ln C, where C is how many words "
        "it knows."
    ),
    "Nats": (
        "The unit of the loss, with the natural logarithm: a word with the probability 1 in "
        "2.72 costs 1 nat. One nat is 1.44 bits."
    ),
    "Perplexity": (
        "The loss as a number of choices, e to the power of the loss: at perplexity 500 the "
        "network wavers as if it had to choose among 500 equally likely words. Lower is "
        "better."
    ),
    "Epoch": (
        "One pass over the whole training text. Several are needed; too many and the "
        "network learns the text by heart."
    ),
    "Held-out text": (
        "Documents that training never sees. The loss on them tells whether the network "
        "learned something general: while it falls, the network learns; where it rises and "
        "the training loss still falls, it memorises."
    ),
    "Learning rate": (
        "How large each correction of the network is. Too large and the loss jumps or "
        "explodes, too small and it creeps. It is halved automatically when the held-out loss "
        "rises, and in a large text when it hardly falls any more."
    ),
    "Steps back": (
        "How many words back an error is traced when the network is corrected "
        "(bptt_truncate). More can teach it longer connections, and each step takes longer."
    ),
    "Hidden size": (
        "How many numbers the network remembers from word to word. More can hold more of "
        "the text, and needs more text and time."
    ),
    "Softmax": (
        "What turns the network's scores into probabilities that sum to 1. Exact, each step "
        "of the training looks at every word. Sampled, it looks at the words that come and "
        "at a tenth of the others, which stand for all: several times as fast where there "
        "are thousands of words. What is evaluated, scored and written is exact in any case."
    ),
    "A table of word sequences": (
        "What counting knows without a network: how often the text has a word after the few "
        "words before it (a modified Kneser-Ney model). A network that predicts better has "
        "learned more than which words follow which."
    ),
    "Temperature": (
        "How bold the network is when it writes. At 1 it draws words just as often as it "
        "thinks them likely; below 1 it keeps to the likely ones, above 1 it dares more."
    ),
    "Filters": (
        "What is left of the network's words before one is drawn. Top-k: the k likeliest. "
        "Top-p: the likeliest that together have this probability. Min-p: those at least this "
        "share as likely as the best. The repetition penalty makes words that were said less "
        "likely; no repeats keeps so many words in a row from coming twice."
    ),
    "Most probable sentences": (
        "Found by beam search: of all beginnings the likeliest are kept and continued, word "
        "by word. Chance plays no part."
    ),
    "Unknown words": (
        "Words outside the vocabulary, mostly rare ones. The network reads them all as one "
        "word, UNKNOWN_TOKEN, and does not write them unless it is allowed to."
    ),
    "Vocabulary": (
        "The words that the network knows: the most frequent ones of the training text. It "
        "chooses among all of them at each word, so that more words cost more time."
    ),
    "Word": (
        "What the network reads and writes one by one: words, numbers and punctuation marks. "
        "Every sentence begins and ends with a special word, which is not shown."
    ),
    "Sentence": (
        "What the network learns from and writes. It reads each by itself and remembers "
        "nothing of the one before."
    ),
    "Document": (
        "One text of the file, such as a comment: a row of a table, or a paragraph. It is "
        "cut into sentences; a whole document is held out or none of it."
    ),
    "Refused row": (
        "A row of the file that cannot be read as the others are, such as one with too few "
        "cells. It is listed with its line, and the rest is used."
    ),
    "Words per second": (
        "How many words the network learns from in a second. With the size of the text it "
        "tells how long an epoch takes, and so how much time is left."
    ),
    "Probability": (
        "How likely the network finds a sentence: the product of the probabilities of its "
        "words, each given those before it. Long sentences are always less likely."
    ),
    "Bits": (
        "The surprise of a word as a number of yes-or-no questions: a word with the "
        "probability 1 in 8 costs 3 bits. The mean over the words is log₂ of the perplexity."
    ),
}


class GlossaryDialog(QDialog):
    """Show the terms with the present numbers, then the keys; it blocks no window.

    Parameters
    ----------
    keys : sequence of (str, str)
        What each does, and the key.
    now : mapping
        Sentences with the present numbers, by term.
    term : str
        The one to begin with; "" for the first.
    """

    def __init__(
        self,
        keys: Sequence[tuple[str, str]],
        now: Mapping[str, Sequence[str]],
        term: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("window.glossary_dialog")
        self.setWindowTitle("Glossary and keys")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        text = describe(QTextBrowser(self), "window.glossary_text", "Glossary and keys")
        text.setHtml(glossary_html(keys, now))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.close)
        in_column((text, 1), buttons, of=self, margins=16)
        self.resize(*map(scaled, SIZE))
        self._text, self._term = text, term

    def showEvent(self, event: QShowEvent) -> None:
        """Begin with the term that was asked for, now that the page has its size."""
        super().showEvent(event)
        self._text.scrollToAnchor(self._term)


def glossary_html(
    keys: Sequence[tuple[str, str]], now: Mapping[str, Sequence[str]] = MappingProxyType({})
) -> str:
    """Return the whole page."""
    terms = "".join(
        f"<h3><a name='{html.escape(term)}'></a>{html.escape(term)}</h3><p>{html.escape(text)}</p>"
        + "".join(f"<p><b>{html.escape(each)}</b></p>" for each in now.get(term, ()))
        for term, text in TERMS.items()
    )
    rows = "".join(
        f"<tr><td style='padding-right:24px'>{html.escape(name)}</td>"
        f"<td>{html.escape(key)}</td></tr>"
        for name, key in keys
    )
    hint = "Alt and an underlined letter press that button or go to that field."
    return f"{terms}<h2>Keys</h2><table>{rows}</table><p>{hint}</p>"
