"""Write the sample comments and what is exactly known of them: run me to make both files again.

    python resources/sample_comments/make.py

Every comment is drawn from our own grammar (`rules`, `words`) with
a fixed seed; the same files come out every time. A comment has a topic and one
to five sentences, independent of each other given the topic.

Notes
-----
The entropy that is stated is that of one sentence taken by itself, which is how
a language model here reads them: the entropy of the derivations (exact, by the
chain rule over the rules, the choice of the topic included) divided by the mean
number of words, SENTENCE_END counted. It is the entropy of the sentences because
no sentence has two derivations: within a topic `Grammar.find_ambiguity` proves
it, and every sentence about a topic has a word that no other topic has.
"""

import csv
import hashlib
import io
import json
import math
import sys
from dataclasses import dataclass
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from resources.sample_comments.productions import (
    CHAT_SHARE,
    START,
    build_grammar,
    with_articles,
)
from resources.sample_comments.words import COMMON, TOPICS

FOLDER = Path(__file__).resolve().parents[1]
CSV_NAME = "sample_comments.csv"
JSON_NAME = "sample_comments.json"
SEED = 2015
COMMENTS = 4000
SENTENCE_COUNTS = (0.32, 0.32, 0.20, 0.10, 0.06)  # of 1, 2, … sentences in a comment
NEW_LINE_SHARE = 0.04  # of the gaps between sentences
CAPITALISED = frozenset(
    [*COMMON["NAME"].split(), "i", "german", "japanese", "monday", "tuesday", "friday", "sunday"]
)
NO_SPACE_BEFORE = frozenset([".", ",", "?", "!", ":", ")", "n't", "'s", "'m", "'re", '"'])
METHOD = (
    "Exact: the entropy of one sentence's derivation by the chain rule over the grammar, divided "
    "by the mean number of words with SENTENCE_END; the grammar is proved unambiguous, so this is "
    "the entropy of the sentences, which no model that reads each by itself can beat."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One sentence as the grammar made it."""

    words: tuple[str, ...]
    log_probability: float  # ln of its probability among all sentences


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """One row of the file."""

    topic: str
    sentences: tuple[Sentence, ...]
    gaps: tuple[str, ...]  # what stands before each sentence

    @property
    def body(self) -> str:
        """The comment as a person would type it."""
        pairs = zip(self.gaps, self.sentences, strict=True)
        return "".join(gap + as_text(sentence.words) for gap, sentence in pairs)


def as_text(words: tuple[str, ...]) -> str:
    """Return the words as typed: capitals, contractions, no space before a comma."""
    text = ""
    is_glued = True
    for word in words:
        shown = {"``": '"', "''": '"'}.get(word, word)
        shown = shown.capitalize() if word in CAPITALISED or not text else shown
        has_space = not is_glued and (word == "``" or shown not in NO_SPACE_BEFORE)
        text += " " + shown if has_space else shown
        is_glued = word in ("``", "(") or (word == "ca")
    return text


def draw_comments(seed: int = SEED, count: int = COMMENTS) -> list[Comment]:
    """Return the comments; the same seed gives the same ones."""
    grammar = build_grammar()
    rng = Random(seed)  # noqa: S311 - not a secret
    topics = list(TOPICS)
    comments = []
    for _ in range(count):
        topic = topics[int(rng.random() * len(topics))]
        sentences = []
        for _ in range(_draw_count(rng)):
            is_chat = rng.random() < CHAT_SHARE
            share = CHAT_SHARE if is_chat else (1.0 - CHAT_SHARE) / len(topics)
            words, log_p = grammar.draw("CHAT@chat" if is_chat else f"TOPIC@{topic}", rng)
            words = with_articles(words)
            sentences.append(Sentence(words=tuple(words), log_probability=log_p + math.log(share)))
        gaps = ["\n" if rng.random() < NEW_LINE_SHARE else " " for _ in sentences[1:]]
        comments.append(Comment(topic=topic, sentences=tuple(sentences), gaps=("", *gaps)))
    return comments


def _draw_count(rng: Random) -> int:
    left = rng.random()
    for number, share in enumerate(SENTENCE_COUNTS, start=1):
        left -= share
        if left < 0.0:
            return number
    return len(SENTENCE_COUNTS)


def as_csv(comments: list[Comment]) -> bytes:
    """Return the file's bytes: id, topic, body."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["id", "topic", "body"])
    for number, comment in enumerate(comments, start=1):
        writer.writerow([number, comment.topic, comment.body])
    return text.getvalue().encode("utf-8")


def describe(comments: list[Comment], csv_bytes: bytes) -> dict[str, object]:
    """Return what is stated of the file; entropies in nats per word, SENTENCE_END counted."""
    sentences = [sentence for comment in comments for sentence in comment.sentences]
    surprise, error = surprise_per_word(sentences)
    measure = build_grammar().measure(START)
    return {
        "file": CSV_NAME,
        "sha256": hashlib.sha256(csv_bytes).hexdigest(),
        "seed": SEED,
        "comments": len(comments),
        "sentences": len(sentences),
        "words": sum(len(sentence.words) for sentence in sentences),
        "different_words": len({word for sentence in sentences for word in sentence.words}),
        "entropy_nats_per_word": round(measure.entropy / (measure.length + 1.0), 9),
        "method": METHOD,
        "word_shares": word_shares(),
        "word_shares_meaning": (
            "Exact: the expected occurrences of each word in a sentence, divided by the mean "
            "number of words with SENTENCE_END. A stands for a and an together."
        ),
        "file_surprise_nats_per_word": round(surprise, 6),
        "file_surprise_standard_error": round(error, 6),
        "file_surprise_meaning": (
            "The mean of -ln p a word of the sentences in this file under the grammar itself: "
            "what a model that knew the grammar would score on it."
        ),
    }


def word_shares() -> dict[str, float]:
    """Return the share of each word among all that the grammar says, SENTENCE_END counted."""
    grammar = build_grammar()
    length = grammar.measure(START).length + 1.0
    counts = grammar.expected_counts(START)
    return {word: float(f"{counts[word] / length:.6g}") for word in sorted(counts)}


def surprise_per_word(sentences: list[Sentence]) -> tuple[float, float]:
    """Return the mean -ln p a word and its standard error (a ratio estimate)."""
    lengths = [len(sentence.words) + 1 for sentence in sentences]
    total = sum(lengths)
    mean = -math.fsum(sentence.log_probability for sentence in sentences) / total
    residuals = (
        -sentence.log_probability - mean * length
        for sentence, length in zip(sentences, lengths, strict=True)
    )
    return mean, math.sqrt(math.fsum(r * r for r in residuals)) / total


def write_files(folder: Path) -> dict[str, object]:
    """Write the CSV and the JSON into `folder` and return the JSON's content."""
    comments = draw_comments()
    csv_bytes = as_csv(comments)
    description = describe(comments, csv_bytes)
    (folder / CSV_NAME).write_bytes(csv_bytes)
    json_bytes = (json.dumps(description, indent=2) + "\n").encode("utf-8")
    (folder / JSON_NAME).write_bytes(json_bytes)
    return description


if __name__ == "__main__":
    for key, value in write_files(FOLDER).items():
        print(f"{key}: {value}")
