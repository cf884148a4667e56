"""A text at a prompt: a file becomes sentences and a vocabulary."""

from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from engine.config import CorpusConfig, CsvConfig, TokenizerConfig
from engine.control import Notice
from engine.corpus.build import build_corpus
from engine.corpus.copies import CopyFinder
from engine.corpus.corpus import Corpus, CorpusReady, CorpusSummary
from engine.corpus.kept.cache import corpus_cache_folder
from engine.errors import ConfigError
from engine.language_model.model import LanguageModel
from engine.language_model.results import SentenceGenerated
from engine.notebook.progress import StageBars, stopped_by_ctrl_c
from engine.notebook.results import ReadSentence, fields_of, html_table
from engine.tokenization.languages import describe_tokenizer
from engine.tokenization.reading import Reading
from engine.wording import counted

_OTHER_WAYS = "Other ways: delimiter=, quoting=, skip_rows=, has_header=."


class Text:
    """A prepared text: its sentences as the network sees them, and its vocabulary.

    Made by `engine.read`. `len(text)` is the number of sentences; `text[0]` is the first.

    Attributes
    ----------
    corpus : Corpus
        What the rest of the engine works with.
    """

    def __init__(self, corpus: Corpus) -> None:
        self.corpus = corpus
        self._finder: CopyFinder | None = None

    @property
    def summary(self) -> CorpusSummary:
        """All figures: documents, sentences, words, what is held out, how it was read."""
        return self.corpus.summary

    @property
    def words(self) -> tuple[str, ...]:
        """The C words of the vocabulary, the three special ones included, by their id."""
        return self.corpus.vocabulary.words

    def longest_copy(self, sentence: str | SentenceGenerated) -> str:
        """Return the longest run of a sentence's words that is verbatim in the training part."""
        tokenize = self.corpus.reading.tokenizer.tokenize
        words = tuple(tokenize(sentence)) if isinstance(sentence, str) else sentence.words
        if self._finder is None:
            self._finder = CopyFinder(self.corpus)
        copy = self._finder.longest(words)
        return " ".join(words[copy.first : copy.first + copy.length])

    def __len__(self) -> int:
        return len(self.corpus)

    def __getitem__(self, index: int) -> ReadSentence:
        view = self.corpus.sentence_view(index + len(self) if index < 0 else index)
        return ReadSentence(**fields_of(view))

    def __iter__(self) -> Iterator[ReadSentence]:
        return (self[index] for index in range(len(self)))

    def __repr__(self) -> str:
        told = self.summary
        return (
            f"<Text: {told.name}, {counted(told.sentences, 'sentence')}, "
            f"{counted(told.words, 'word')}, vocabulary of {told.vocabulary_size:,} "
            f"({told.unknown_share:.1%} of the words unknown)>"
        )

    def _repr_html_(self) -> str:
        told = self.summary
        return html_table(
            ["text", "documents", "sentences", "words", "vocabulary", "unknown", "held out"],
            [
                [
                    told.name,
                    f"{told.documents:,}",
                    f"{told.sentences:,}",
                    f"{told.words:,}",
                    f"{told.vocabulary_size:,}",
                    f"{told.unknown_share:.1%}",
                    counted(told.validation_sentences, "sentence"),
                ]
            ],
        )


def read(
    path: Path | str,
    column: str | Sequence[str] | None = None,
    *,
    tokenizer: TokenizerConfig | None = None,
    vocabulary_size: int = 8000,
    min_count: int = 2,
    validation_fraction: float = 0.05,
    seed: int = 0,
    progress: bool = True,
    **csv: Any,
) -> Text:
    """Read a file of text: CSV, TSV, spreadsheet, plain text or JSON Lines, also packed.

    Parameters
    ----------
    path : Path or str
    column : str or sequence of str, optional
        The text column, by name or number from 1; several are joined; by default guessed.
    tokenizer : TokenizerConfig, optional
        What a word is; by default what suits the text.
    vocabulary_size : int
        C, the words kept, the three special ones included.
    min_count : int
        Words that occur less often in the training part are unknown.
    validation_fraction : float
        Share of the documents that is held out.
    seed : int
        Of the split.
    progress : bool
        Show a bar and notices on standard error.
    **csv
        How to read it where the guess is wrong: the fields of `engine.CsvConfig`, such as
        `encoding` or `delimiter`.

    Returns
    -------
    Text

    Raises
    ------
    CorpusError
        If the file cannot be read or has no text.
    KeyboardInterrupt
        After Ctrl+C.
    """
    columns = () if column is None else (column,) if isinstance(column, str) else tuple(column)
    known = [field.name for field in fields(CsvConfig)]
    unknown = [name for name in csv if name not in known]
    if unknown:
        raise ConfigError(f"There is no option {', '.join(unknown)}: choose from {known}.")
    config = CorpusConfig(
        path=Path(path),
        csv=CsvConfig(columns=columns, **csv),
        tokenizer=tokenizer or TokenizerConfig(),
        vocabulary_size=vocabulary_size,
        min_count=min_count,
        validation_fraction=validation_fraction,
        seed=seed,
    )
    return _prepared(config, progress=progress)


def text_for(model: LanguageModel, text: Text | Path | str) -> Text:
    """Return a text in the words of a model; a file is read as the model's own text was.

    Raises
    ------
    ConfigError
        If the text was cut into other words than the model's.
    """
    own = model.summary.tokenizer
    if not isinstance(text, Text):
        return _prepared(CorpusConfig(path=Path(text), tokenizer=own), model.reading_of_texts)
    config = replace(text.corpus.reading.config, sentence_ends=own.sentence_ends)
    if config != own:
        raise ConfigError(
            f"{text.summary.name} was read as “{describe_tokenizer(config)}”, but the model's "
            f"words are “{describe_tokenizer(own)}”: give the path of the file instead of the "
            "text, and it is read as the model's own was."
        )
    return text


def _prepared(
    config: CorpusConfig, reading: Reading | None = None, *, progress: bool = True
) -> Text:
    """Prepare a text, read as a model's own where a `reading` is given."""
    corpus, folder = None, corpus_cache_folder()
    with stopped_by_ctrl_c() as control, StageBars(shown=progress) as bars:
        for event in build_corpus(config, control, cache_folder=folder, reading=reading):
            if isinstance(event, CorpusReady):
                corpus = event.corpus
            else:
                bars.show(event)
        if corpus is not None and (doubts := corpus.summary.doubts):
            text = f"Check how {corpus.summary.name} is read: {'; '.join(doubts)}. {_OTHER_WAYS}"
            bars.show(Notice(text=text))
    if corpus is None:
        raise KeyboardInterrupt
    return Text(corpus)
