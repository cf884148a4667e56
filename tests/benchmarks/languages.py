"""Print how well sentences of each language are written back and read again.

Run `python -m tests.benchmarks.languages` from the project's root. The English comments
and reviews of the shared data are counted too where they are.
"""

import csv
import gzip
from collections.abc import Sequence
from pathlib import Path

from engine.config import TokenizerName
from tests.engine.support.languages import (
    LANGUAGES,
    drawn,
    made_sentences,
    own_sentences,
    readable_share,
    reader,
    writer,
    written_back,
)

_SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
_MADE = 4000  # sentences; half to learn from, half to compare


def _report(
    label: str, code: str, texts: Sequence[str], name: TokenizerName | None, *, lower_case: bool
) -> None:
    tokenizer = reader(code, texts, name=name, lower_case=lower_case)
    sentences = [sentence for text in texts for sentence in tokenizer.split_sentences(text)]
    learned, others = sentences[::2], sentences[1::2]
    score = written_back(writer(tokenizer, learned), tokenizer, others)
    own = writer(tokenizer, sentences)
    draws = drawn(tokenizer, sentences, 1000)
    case = "lower" if lower_case else "cased"
    print(
        f"{label:22}{tokenizer.config.name:11}{case:6}{score.sentences:6}"
        f"{score.equal:10.1%}{score.equal_but_marks:12.1%}{score.readable:11.1%}"
        f"{readable_share(own, draws):9.1%}"
    )


def main() -> None:
    print(f"{'text':22}{'tokenizer':11}{'case':6}{'n':>6}{'equal':>10}{'but marks':>12}"
          f"{'read back':>11}{'drawn':>9}")  # fmt: skip
    for code in LANGUAGES:
        texts = own_sentences(code) + made_sentences(code, _MADE)
        for lower_case in (False, True):
            _report(code, code, texts, None, lower_case=lower_case)
    if not _SHARED.is_dir():
        return
    path = _SHARED / "reddit-comments-2015-08-first-1000-lines.csv"
    with path.open(encoding="utf-8", newline="") as file:
        comments = [row[0] for row in csv.reader(file) if row][1:]
    with gzip.open(_SHARED / "movie-reviews.csv.gz", "rt", encoding="utf-8") as file:
        reviews = [row["text"] for row, _ in zip(csv.DictReader(file), range(200), strict=False)]
    for label, texts in (("en, comments", comments), ("en, film reviews", reviews)):
        for name in ("words", "tutorial"):
            _report(label, "en", texts, name, lower_case=True)


if __name__ == "__main__":
    main()
