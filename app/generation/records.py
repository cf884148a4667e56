"""What the views of this tab need beyond the engine's records: which model and seed it was."""

from dataclasses import dataclass
from typing import Literal

from app.generation.presets import filters_text
from app.shared.direction import isolated
from app.shared.formatting import counted, format_count
from engine import SampleConfig, SentenceGenerated, SentenceScore

BatchState = Literal["running", "ended", "stopped", "failed"]
_LONGEST_START = 40  # characters of a title


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One press of Generate: what was asked for, the model used, how it went."""

    config: SampleConfig
    model: str  # such as "epoch 2.4, step 1,204"
    origin: str = ""  # the run or the file that the model comes from
    seed: int | None = None  # the one used; None until the first sentence tells
    done: int = 0  # sentences so far
    state: BatchState = "running"
    is_of_session: bool = True  # False: written before the program was started

    @property
    def asked(self) -> int:
        """How many sentences were asked for."""
        return len(self.config.ladder) or self.config.count

    @property
    def title(self) -> str:
        """One line: how many sentences, and everything needed to repeat them."""
        amount = counted(self.asked, "sentence")
        if self.state != "running" and self.done != self.asked:
            amount = f"{format_count(self.done)} of {amount} ({self.state})"
        model = f"{self.origin}, {self.model}" if self.origin else self.model
        how = way_texts(self.config, self.seed)
        return "  ·  ".join([amount, *self._start_text(), model, *how])

    def _start_text(self) -> list[str]:
        start = self.config.start
        text = start if isinstance(start, str) else " ".join(start)
        if not text:
            return []
        return [f"begins with “{isolated(text[-_LONGEST_START:])}”"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelScore:
    """A sentence's probability, and the model that gave it."""

    score: SentenceScore
    model: str  # such as "epoch 2.4"
    model_title: str  # the model's full name
    origin: str = ""  # the run or the file that the model comes from
    guess_bits: float  # per word, for a model that knows nothing: log2 of the vocabulary
    hidden_words: int = 0  # different words of its text that it does not know; 0: nobody can tell


def way_texts(config: SampleConfig, seed: int | None) -> list[str]:
    """Return how words were chosen, for a title: everything needed to do it again."""
    at_least = f"at least {counted(config.min_length, 'word')}"
    if config.beams:
        return [f"beam search, {format_count(config.beams)} at a time", at_least]
    rungs = config.ladder
    temperature = f"{config.temperature:.2f}"
    if len(rungs) > 1:
        temperature = f"{rungs[0]:g} to {rungs[-1]:g}"
    filters = filters_text(config)
    return [
        f"temperature {temperature}",
        *([filters] if filters else []),
        at_least,
        f"seed {'random' if seed is None else seed}",
    ]


def key_of(sentence: SentenceGenerated) -> str:
    """Return what tells a sentence from others, from one start of the program to the next."""
    return f"{sentence.seed}/{sentence.number}/{sentence.text}"


def given_words(sentence: SentenceGenerated) -> tuple[str, ...] | None:
    """Return the words to score of a sentence whose text would be read as others, else None."""
    return None if sentence.is_readable else sentence.words
