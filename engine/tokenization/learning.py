"""What reads a text, chosen and taught by the text's own beginning.

The language and the tokeniser, where they were left open; where sentences end; and how the text
writes. Nothing is prepared here.
"""

import contextlib
from collections.abc import Generator, Iterator, Sequence
from itertools import islice

from engine.config import TokenizerConfig
from engine.control import RunControl, StageProgress, Ticker
from engine.tokenization.proposal import settled
from engine.tokenization.reading import Reading
from engine.tokenization.sentence_ends import SentenceRules
from engine.tokenization.sentences import (
    LEARNED_AT_ONCE,
    SAMPLE_CHARACTERS,
    SentenceSplitter,
    SplitterLearner,
)
from engine.tokenization.tokenizers import make_tokenizer
from engine.tokenization.words import Tokenizer
from engine.tokenization.writing.way import Writing, WritingCounts
from engine.tokenization.writing.written_forms import FormCounts

_LEARNING = "Learning where sentences end"
_REPORT_EVERY_S = 0.1
_SAMPLE_DOCUMENTS = 1000  # that tell the language
_SENTENCES_TO_WRITE_BY = 2000


class ReadingLearner:
    """Finds out how a text is read and written.

    Parameters
    ----------
    wanted : TokenizerConfig
    control : RunControl
    given : Reading, optional
        Of a model; then nothing is learned.

    Attributes
    ----------
    rules : SentenceRules
        Once there is a tokeniser.
    sentence_ends : str
        How they are found, a phrase for the user.
    """

    def __init__(
        self, wanted: TokenizerConfig, control: RunControl, given: Reading | None = None
    ) -> None:
        self.rules = SentenceRules()
        self.sentence_ends = ""
        self._wanted, self._control, self._given = wanted, control, given
        self._ticker = Ticker(_REPORT_EVERY_S)

    def tokenizer(self, first: list[str]) -> Generator[StageProgress, None, Tokenizer | None]:
        """Choose and teach the tokeniser; return None after a stop."""
        if self._given is not None:
            self.rules = self._given.rules
            self.sentence_ends = self.rules.description
            return self._given.tokenizer
        sample = "\n".join(islice(first, _SAMPLE_DOCUMENTS))
        config = settled(self._wanted, sample)
        splitter = SentenceSplitter.installed() if config.name == "tutorial" else None
        parameters = None
        if splitter is None and config.name != "whitespace":
            learner = SplitterLearner()
            yield from self._learn(learner, first)
            if not self._control.proceed():
                return None
            parameters = learner.parameters()
            if config.sentence_ends == "punkt":
                splitter = SentenceSplitter(parameters, learner.description)
        self.rules = SentenceRules.learn(
            config.language, beginning(first, SAMPLE_CHARACTERS), parameters
        )
        self.sentence_ends = self.rules.description
        if config.name == "whitespace":
            self.sentence_ends = "one per line"
        elif splitter is not None:
            self.sentence_ends = splitter.description
        return make_tokenizer(config, self.rules, installed=splitter)

    def writing(self, tokenizer: Tokenizer, first: list[str]) -> Writing:
        """Return how the text writes, from its beginning."""
        if self._given is not None:
            return self._given.writing
        if tokenizer.config.name in ("whitespace", "characters"):
            return Writing()
        counts = WritingCounts(nltk=tokenizer.config.name == "tutorial")
        left = _SENTENCES_TO_WRITE_BY
        for text in beginning(first, SAMPLE_CHARACTERS):
            # What NLTK gives up on is refused when its turn comes.
            with contextlib.suppress(TimeoutError):
                for sentence in tokenizer.split_sentences(text)[:left]:
                    counts.add(tokenizer.pieces(sentence))
                    left -= 1
            if left <= 0 or not self._control.proceed():
                break
        return counts.writing(tokenizer.config.language)

    def form_counts(self, config: TokenizerConfig) -> FormCounts | None:
        """Return what counts how words are written; None where they stay as they are."""
        is_cased = config.name == "whitespace" or not config.lower_case
        if self._given is not None or (is_cased and config.name != "tutorial"):
            return None
        return FormCounts(config.language)

    def _learn(self, learner: SplitterLearner, texts: list[str]) -> Iterator[StageProgress]:
        total = min(SAMPLE_CHARACTERS, sum(map(len, texts)))
        yield StageProgress(stage=_LEARNING, done=0, total=total, unit="characters")
        for text in texts:
            for start in range(0, len(text), LEARNED_AT_ONCE):
                if not self._control.proceed() or not learner.has_room():
                    return
                if self._ticker.is_due():
                    yield StageProgress(
                        stage=_LEARNING, done=learner.characters, total=total, unit="characters"
                    )
                learner.learn(text[start : start + LEARNED_AT_ONCE])


def beginning(texts: Sequence[str], characters: int) -> Iterator[str]:
    """Yield the first characters of some texts, a part of each that they reach."""
    for text in texts:
        if characters <= 0:
            return
        yield text[:characters]
        characters -= len(text)
