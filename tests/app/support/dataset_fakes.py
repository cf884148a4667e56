"""Files and corpora for the tests of the dataset tab: no engine work is done."""

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from engine import (
    CorpusConfig,
    CorpusReady,
    CorpusSummary,
    CsvConfig,
    CsvPreview,
    RowProblem,
    RunControl,
    SentenceView,
    StageProgress,
    TokenView,
    VocabularyBudget,
)

PREVIEW = CsvPreview(
    encoding="utf-8",
    encoding_note="all bytes are valid UTF-8",
    delimiter=",",
    has_header=True,
    columns=("author", "body"),
    guessed_column=1,
    rows=(("ann", "I like cats."), ("bob", "You like dogs.")),
    problems=(),
)

SUMMARY = CorpusSummary(
    name="comments.csv",
    path="comments.csv",
    columns=("body",),
    documents=1234,
    sentences=3,
    words=45678,
    different_words=900,
    vocabulary_size=500,
    least_frequent_word="devoted",
    least_frequent_count=10,
    unknown_share=0.0641,
    splitter="Punkt, learned from this text",
    training_documents=1200,
    validation_documents=34,
    training_sentences=2,
    validation_sentences=1,
    training_words=44000,
    validation_words=1678,
    refused_rows=1,
    repaired_rows=0,
    duplicate_documents=7,
    encoding="utf-8",
    delimiter=",",
    digest="0" * 64,
)

FILES = ("january.csv", "february.csv", "march.csv")  # of a folder

PROBLEM = RowProblem(line=12, reason="3 fields instead of 2", text="ann,hello,there")


def sentence_view(index: int) -> SentenceView:
    return SentenceView(
        text=f"Sentence {index} <b>likes</b> theano.",
        tokens=(TokenView(text="likes", is_known=True), TokenView(text="theano", is_known=False)),
        number=index + 1,
        x=(0, 5, 499),
        y=(5, 499, 1),
        is_validation=index == 2,
        line=index + 7,
        file="may.csv" if index == 1 else "",
    )


@dataclass
class FakeCorpus:
    """What the window uses of a corpus."""

    summary: CorpusSummary = SUMMARY
    problems: tuple[RowProblem, ...] = ()
    asked_for: list[int] = field(default_factory=list)

    def __len__(self) -> int:
        return self.summary.sentences

    def sentence_view(self, index: int) -> SentenceView:
        self.asked_for.append(index)
        return sentence_view(index)

    def word_frequencies(self) -> tuple[int, ...]:
        return tuple(max(1, 5000 // rank) for rank in range(1, 901))

    def unknown_share(self, vocabulary_size: int) -> float:
        return 10.0 / vocabulary_size

    def vocabulary_budget(self) -> VocabularyBudget:
        """Three words, counts 6, 3 and 1, in two sentences; the rarest is in the second."""
        return VocabularyBudget(
            np.array([6, 3, 1]), np.array([0, 0, 0, 1, 1, 0, 0, 0, 1, 2]), np.array([0, 5, 10])
        )

    def with_validation_fraction(self, fraction: float, seed: int = 0) -> "FakeCorpus":
        return FakeCorpus(summary=self.summary)

    def with_vocabulary_size(self, size: int) -> "FakeCorpus":
        return FakeCorpus(summary=dataclasses.replace(self.summary, vocabulary_size=size))


@dataclass
class FakeEngine:
    """Records what it is asked for; `events` is what a preparation reports."""

    preview: CsvPreview = PREVIEW
    corpus: FakeCorpus = field(default_factory=FakeCorpus)
    events: Callable[[RunControl], Iterator[object]] | None = None
    inspect_error: Exception | None = None
    looks_until_stopped: bool = False
    inspected: list[tuple[Path, CsvConfig]] = field(default_factory=list)
    built: list[CorpusConfig] = field(default_factory=list)
    looked_at: list[tuple[tuple[Path, ...], int]] = field(default_factory=list)

    def inspect(self, path: Path, config: CsvConfig, control: RunControl) -> CsvPreview | None:
        self.inspected.append((path, config))
        if self.looks_until_stopped:
            while control.proceed():
                control.pause()
            return None
        if self.inspect_error is not None:
            raise self.inspect_error
        return self.preview

    def inspect_several(
        self, paths: Sequence[Path], shown: int, config: CsvConfig, control: RunControl
    ) -> CsvPreview | None:
        self.looked_at.append((tuple(paths), shown))
        preview = self.inspect(paths[0], config, control)
        if preview is None:
            return None
        files = tuple(path.name for path in paths)
        return dataclasses.replace(preview, files=files if len(files) > 1 else FILES, file=shown)

    def build(self, config: CorpusConfig, control: RunControl) -> Iterator[object]:
        self.built.append(config)
        if self.events is not None:
            yield from self.events(control)
            return
        yield StageProgress(stage="Splitting into words", done=1, total=2, unit="documents")
        yield CorpusReady(corpus=self.corpus)  # type: ignore[arg-type]


def until_stopped(control: RunControl) -> Iterator[object]:
    """Report one stage and then wait for a stop without using the processor."""
    yield StageProgress(stage="Splitting into words", done=300, total=1200, unit="documents")
    while control.proceed():
        control.pause()
