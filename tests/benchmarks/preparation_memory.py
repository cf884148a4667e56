"""How much memory a text's preparation takes once it is split into words, stage by stage.

    python -m tests.benchmarks.preparation_memory --gigabytes 1 2 [--new-words 0.005] [--folder F]

A gigabyte of text is taken for 202 million words, as one of film reviews has, ten million
sentences and a million documents. The words are made up, and given to what numbers them as the
helper processes give them; `--new-words` is the share of them that occurs only once. All that
follows is what a preparation does, to the counted word sequences and the framed sentences. A
process's own memory is what the system cannot take back: its files are not in it.
"""

import argparse
import contextlib
import re
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path

import numpy as np

from engine.config import CorpusConfig
from engine.control import RunControl, result_of
from engine.corpus.assembly import CorpusAssembler
from engine.corpus.build import _finished
from engine.corpus.corpus import CorpusReady, TextSummary
from engine.corpus.kept.prepared_file import read_prepared, write_prepared
from engine.corpus.origins import OriginsRecorder
from engine.corpus.workers import PreparedBatch
from engine.files.numbering import DocumentGroups
from engine.files.spool import SpooledNumbers
from engine.language_model.ngram import count_references
from tests.benchmarks.data import synthetic_corpus

_DOCUMENTS_OF_GIGABYTE = 1_000_000
_SENTENCES, _WORDS = 10, 20  # of a document, of a sentence
_DOCUMENTS_AT_ONCE = 2000
_DIFFERENT = 50_000
_DRAWN = 8  # batches; a text repeats them, but for its new words
_LOOK_EVERY_S = 0.01


def main() -> int:
    """Measure each size in a process of its own: the caller gives one."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gigabytes", type=float, nargs="+", default=[1.0])
    parser.add_argument("--new-words", type=float, default=0.0)
    parser.add_argument("--folder", type=Path, help="for the files")
    options = parser.parse_args()
    for gigabytes in options.gigabytes:
        with tempfile.TemporaryDirectory(dir=options.folder) as name:
            tempfile.tempdir = name
            _measure(Path(name), gigabytes, options.new_words)
    return 0


def _measure(folder: Path, gigabytes: float, new_share: float) -> None:
    control, model = RunControl(), synthetic_corpus(100, 200)
    with contextlib.closing(CorpusAssembler(folder)) as assembler:
        groups, group_of = DocumentGroups(folder), SpooledNumbers(assembler.spool())
        lines = OriginsRecorder(assembler.spool())
        with _peak(f"{gigabytes:g} GB: words"):
            for batch in _batches(gigabytes, new_share):
                assembler.add(batch)
                for _ in batch.document_lengths:
                    group_of.append(groups.find(str(len(group_of)))[0])
                    lines.add(len(group_of), 0)
        with _peak("by frequency"):
            arranging = assembler.arranged(group_of.array(), control)
            parts = result_of(arranging)
        assert parts is not None
        parts = replace(parts, origins=lines.origins([]))
        summary = replace(
            _text_summary(model.summary),
            documents=len(group_of),
            sentences=parts.sentences,
            words=int(parts.counts.sum()),
            different_words=parts.different_words,
        )
        with _peak("kept"), (folder / "kept").open("wb") as file:
            for _ in write_prepared(file.fileno(), "k", parts, summary, (), model.reading):
                pass
    del parts, lines, groups, group_of, assembler
    with _peak("opened"):
        prepared = result_of(read_prepared(folder / "kept", "k", folder=folder))
    config = CorpusConfig(path=folder / "text.csv", counted="training")
    with _peak("divided, known words"):
        ready = [each for each in _finished(prepared, config) if isinstance(each, CorpusReady)]
    corpus = ready[0].corpus
    with _peak("framed"):
        assert len(corpus.training) + len(corpus.validation) == summary.sentences
    with _peak("word sequences"):
        for _ in count_references(corpus, control):
            pass
    print(f"    {summary.words:,} words, {summary.different_words:,} different", flush=True)


def _text_summary(summary: object) -> TextSummary:
    return TextSummary(**{each.name: getattr(summary, each.name) for each in fields(TextSummary)})


def _batches(gigabytes: float, new_share: float) -> Iterator[PreparedBatch]:
    """Yield the words of a text as helpers do."""
    chance = np.random.default_rng(0)
    shares = 1.0 / (np.arange(_DIFFERENT) + 2.7) ** 1.05
    upto = np.cumsum(shares / shares.sum())
    common = [f"word{number}" for number in range(_DIFFERENT)]
    sentences = _DOCUMENTS_AT_ONCE * _SENTENCES
    count, new, drawn = sentences * _WORDS, 0, []
    for _ in range(_DRAWN):
        ranks = np.searchsorted(upto, chance.random(count)).astype(np.int32)
        is_new = chance.random(count) < new_share
        ranks[is_new] = _DIFFERENT + np.arange(is_new.sum())
        different, inverse = np.unique(ranks, return_inverse=True)
        drawn.append((different.tolist(), inverse.astype(np.int32)))
    for number in range(round(gigabytes * _DOCUMENTS_OF_GIGABYTE / _DOCUMENTS_AT_ONCE)):
        found, numbers = drawn[number % _DRAWN]
        words = [common[n] if n < _DIFFERENT else f"once{new + n}" for n in found]
        new += max(0, found[-1] - _DIFFERENT + 1)
        yield PreparedBatch(
            words=words,
            numbers=numbers,
            sentence_lengths=np.full(sentences, _WORDS, dtype=np.int32),
            document_lengths=np.full(_DOCUMENTS_AT_ONCE, _SENTENCES, dtype=np.int32),
            texts=b"x" * sentences,
            text_lengths=np.ones(sentences, dtype=np.int32),
            failed=(),
        )


@contextlib.contextmanager
def _peak(stage: str) -> Iterator[None]:
    """Print the most that this process has of its own while it lasts."""
    most, is_done = [_own_bytes()], threading.Event()

    def look() -> None:
        while not is_done.wait(_LOOK_EVERY_S):
            most.append(max(most.pop(), _own_bytes()))

    watcher, began_s = threading.Thread(target=look), time.process_time()
    watcher.start()
    try:
        yield
    finally:
        is_done.set()
        watcher.join()
        took_s = time.process_time() - began_s
        print(f"{stage:>24}: {most[0] / 1e6:6,.0f} MB at most, {took_s:.1f} s", flush=True)


def _own_bytes() -> int:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return 1024 * sum(int(size) for size in re.findall(r"Rss(?:Anon|Shmem):\s+(\d+) kB", status))


if __name__ == "__main__":
    sys.exit(main())
