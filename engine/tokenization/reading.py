"""How one text is read and written: the one road from text to words, and back.

A corpus is prepared with it, and a model keeps it, so that what is typed, pasted or shown is read
as the text was.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from engine.config import TokenizerConfig, require
from engine.files.records import JsonRecord
from engine.tokenization.sentence_ends import SentenceRules
from engine.tokenization.sentences import SentenceSplitter
from engine.tokenization.tokenizers import make_tokenizer
from engine.tokenization.words import Tokenizer
from engine.tokenization.writing.way import Writing
from engine.tokenization.writing.written import Writer

_TUTORIAL = TokenizerConfig(name="tutorial", language="en")


@dataclass(frozen=True, kw_only=True)
class Reading(JsonRecord):
    """What a text's tokeniser is made of; without values, the tutorial's for English.

    Attributes
    ----------
    config : TokenizerConfig
        Never "auto".
    rules : SentenceRules
        Where sentences end, and which abbreviations keep their stop.
    writing : Writing
        How the text itself writes.
    """

    config: TokenizerConfig = _TUTORIAL
    rules: SentenceRules = field(default_factory=lambda: SentenceRules(language="en"))
    writing: Writing = field(default_factory=Writing)

    def __post_init__(self) -> None:
        require(self.config.name != "auto", "It is not said which tokenizer reads the text.")

    @cached_property
    def tokenizer(self) -> Tokenizer:
        """What reads a text."""
        is_tutorial = self.config.name == "tutorial"
        installed = SentenceSplitter.installed() if is_tutorial else None
        return make_tokenizer(self.config, self.rules, installed=installed)

    @cached_property
    def writer(self) -> Writer:
        """What writes words."""
        return Writer(self.tokenizer, self.writing)

    def sentences(self, text: str) -> list[tuple[str, list[str]]]:
        """Return each sentence of a text, and its words."""
        tokenize = self.tokenizer.tokenize
        return [(each, tokenize(each)) for each in self.tokenizer.split_sentences(text)]

    def shown(self, words: Sequence[str]) -> tuple[str, bool]:
        """Return the words of one sentence as text, and whether that is read as these words.

        Words that no text is read as stand apart, as they are in the vocabulary.
        """
        text, is_readable = self.writer.written(words)
        return (text, True) if is_readable else (" ".join(words), False)

    def known_only(self, words: Collection[str]) -> "Reading":
        """Return the same with the written forms of these words alone."""
        forms = self.writing.forms
        kept = {word: forms[word] for word in words if word in forms}
        return replace(self, writing=replace(self.writing, forms=kept))
