"""Where sentences end: NLTK's Punkt, without downloads.

If the user has NLTK's `punkt_tab`, its English parameters are used as in the
tutorial; otherwise Punkt learns its parameters from a part of the text itself,
which is what Kiss and Strunk made it for. Nothing is ever downloaded or unpickled.

Two decisions, both measured on real text:

* Sentences are split *before* the text is lower-cased. Punkt weighs capital
  letters to tell an abbreviation from an end; the tutorial lower-cases first and
  loses that evidence.
* A blank line always ends a sentence (a heading or a list item without a full
  stop stays apart); a single line end does not, because files are often wrapped.

References
----------
Tibor Kiss and Jan Strunk, "Unsupervised Multilingual Sentence Boundary
Detection", Computational Linguistics 32, 2006.
"""

import hashlib
import re
from pathlib import Path
from typing import Self

from engine.tokenization.nltk_parts import (
    PunktParameters,
    PunktSentenceTokenizer,
    PunktToken,
    PunktTrainer,
    find_data,
    load_punkt_params,
)
from engine.tokenization.sentence_ends import paragraphs

SAMPLE_CHARACTERS = 500_000  # what Punkt learns from: about 1 s of work
_INSTALLED = "tokenizers/punkt_tab/english/"
LEARNED_AT_ONCE = 50_000  # characters: about 0.1 s, so that a stop is heard
_HAS_WORD = re.compile(r"\w")
_MOST_KEPT_DECISIONS = 300_000


class _PlainToken(PunktToken):  # type: ignore[misc]
    """Punkt's token, whose expressions are asked only where they can match."""

    def __init__(self, tok: str, **starts: bool) -> None:
        self.tok = tok
        self.type = self._get_type(tok)
        self.period_final = tok[-1] == "."
        self.parastart = starts.get("parastart")
        self.linestart = starts.get("linestart")
        self.sentbreak = self.abbr = self.ellipsis = None

    def _get_type(self, tok: str) -> str:
        return tok.lower() if tok[0].isalpha() else str(super()._get_type(tok))

    @property
    def is_ellipsis(self) -> bool:
        return self.tok[:2] == ".." and bool(super().is_ellipsis)

    @property
    def is_initial(self) -> bool:
        return self.tok[1:2] == "." and bool(super().is_initial)


class _RememberingPunkt(PunktSentenceTokenizer):  # type: ignore[misc]
    """Punkt that decides only once about the same words around a full stop.

    The decision is a function of these words and of parameters that no longer
    change, so remembering it changes nothing but the time.
    """

    def __init__(self, parameters: PunktParameters) -> None:
        super().__init__(token_cls=_PlainToken)
        self._params = parameters
        self._decisions: dict[str, bool] = {}

    def text_contains_sentbreak(self, text: str) -> bool:
        decision = self._decisions.get(text)
        if decision is None:
            decision = bool(super().text_contains_sentbreak(text))
            if len(self._decisions) >= _MOST_KEPT_DECISIONS:
                self._decisions.clear()
            self._decisions[text] = decision
        return decision


class SentenceSplitter:
    """Splits a text into sentences; goes cheaply to another process.

    Attributes
    ----------
    description : str
        Which parameters are used, a phrase for the user.
    """

    def __init__(self, parameters: PunktParameters, description: str) -> None:
        self.description = description
        self._parameters = parameters
        self._punkt = _RememberingPunkt(parameters)

    def __reduce__(self) -> tuple[type[Self], tuple[PunktParameters, str]]:
        return type(self), (self._parameters, self.description)

    @classmethod
    def installed(cls) -> Self | None:
        """Return the splitter of NLTK's `punkt_tab` if this computer has it."""
        try:
            folder = find_data(_INSTALLED)
            parameters = load_punkt_params(folder)
        except (LookupError, OSError, ValueError):
            return None
        return cls(parameters, "NLTK's punkt_tab for English")

    def split(self, text: str) -> list[str]:
        """Return the sentences of `text`, none of them empty, blanks around them cut off."""
        sentences: list[str] = []
        for paragraph in paragraphs(text):
            has_sentence = False
            begin = 0
            for start, end in self._punkt.span_tokenize(paragraph):
                # "lazy ! !" is one sentence: marks alone belong to what they end.
                has_word = _HAS_WORD.search(paragraph, start, end) is not None
                if has_sentence and not has_word:
                    sentences[-1] = paragraph[begin:end].strip()
                elif paragraph[start:end].strip():
                    sentences.append(paragraph[start:end].strip())
                    begin = start
                    has_sentence = True
        return sentences


def installed_digest() -> str:
    """Return a hash of the installed parameters; "" where there are none."""
    digest = hashlib.blake2b(digest_size=16)
    try:
        for file in sorted(Path(str(find_data(_INSTALLED))).iterdir()):
            digest.update(file.name.encode() + b"\0" + file.read_bytes())
    except (LookupError, OSError):
        return ""
    return digest.hexdigest()


class SplitterLearner:
    """Learns Punkt parameters from one text after the other, up to a bound."""

    def __init__(self) -> None:
        self._trainer = PunktTrainer(token_cls=_PlainToken)
        self._waiting: list[str] = []
        self._characters_waiting = 0
        self.characters = 0

    @property
    def description(self) -> str:
        """What was learned, a phrase for the user."""
        return f"Punkt, learned from {self.characters:,} characters of this text"

    def has_room(self) -> bool:
        """Whether another text would still be learned from."""
        return self.characters < SAMPLE_CHARACTERS

    def learn(self, text: str) -> None:
        """Take the part of `text` that still has room."""
        text = text[: SAMPLE_CHARACTERS - self.characters]
        self.characters += len(text)
        self._waiting.append(text)
        self._characters_waiting += len(text)
        if self._characters_waiting >= LEARNED_AT_ONCE:
            self._learn_waiting()

    def parameters(self) -> PunktParameters:
        """Return what was learned so far."""
        self._learn_waiting()
        return self._trainer.get_params()

    def _learn_waiting(self) -> None:
        # A paragraph for each document: Punkt then expects a sentence to start there.
        if self._waiting:
            self._trainer.train("\n\n".join(self._waiting), finalize=False)
        self._waiting = []
        self._characters_waiting = 0
