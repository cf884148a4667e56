"""The sample comments: the file, its true entropy, and the proof behind that number."""

import csv
import itertools
import json
import math
from functools import cache
from pathlib import Path
from random import Random

import pytest

from engine.config import CorpusConfig, ModelConfig, TrainConfig
from engine.control import RunControl
from engine.corpus.corpus import Corpus
from engine.corpus.sample_comments import sample_comments_path, sample_entropy
from engine.language_model.history import EpochDone
from engine.tokenization.reading import Reading
from engine.tokenization.sentences import SentenceSplitter
from engine.tokenization.tokenizing import tokenize
from engine.training.trainer import train
from resources.sample_comments.grammar import Grammar
from resources.sample_comments.make import (
    CSV_NAME,
    JSON_NAME,
    Comment,
    Sentence,
    as_text,
    draw_comments,
    surprise_per_word,
    write_files,
)
from resources.sample_comments.productions import (
    START,
    build_grammar,
    build_pooled_grammar,
    topic_words,
    without_articles,
)
from resources.sample_comments.words import TOPICS
from tests.engine.support.corpora import corpus_of, splitter_for


@pytest.fixture(scope="module")
def sample() -> Corpus:
    return corpus_of(CorpusConfig(path=sample_comments_path()))


@cache
def comments() -> tuple[Comment, ...]:
    return tuple(draw_comments())


def sentences() -> list[Sentence]:
    return [sentence for comment in comments() for sentence in comment.sentences]


@cache
def grammar() -> Grammar:
    return build_grammar()


def facts() -> dict[str, float]:
    path = sample_comments_path().with_name(JSON_NAME)
    stored: dict[str, float] = json.loads(path.read_text(encoding="utf-8"))
    return stored


def test_that_the_script_writes_the_same_bytes_again(tmp_path: Path) -> None:
    write_files(tmp_path)

    for name in (CSV_NAME, JSON_NAME):
        assert (tmp_path / name).read_bytes() == sample_comments_path().with_name(name).read_bytes()


def test_that_the_file_holds_the_drawn_comments() -> None:
    with sample_comments_path().open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)

    assert header == ["id", "topic", "body"]
    assert [row[2] for row in rows] == [comment.body for comment in comments()]
    assert {row[1] for row in rows} == set(TOPICS)
    assert any("\n" in row[2] for row in rows)


def test_that_there_are_thousands_of_comments_and_a_large_vocabulary() -> None:
    words = [word for sentence in sentences() for word in sentence.words]

    assert 4000 <= len(comments()) <= 6000
    assert 60_000 <= len(words) <= 110_000
    assert len(set(words)) >= 1500
    assert facts()["different_words"] == len(set(words))
    assert facts()["words"] == len(words)


def test_that_nearly_every_sentence_has_between_5_and_25_words() -> None:
    lengths = [len(sentence.words) for sentence in sentences()]

    assert min(lengths) >= 5
    assert sum(length > 25 for length in lengths) < 0.01 * len(lengths)


def test_that_the_tokenizer_yields_the_words_of_the_grammar() -> None:
    drawn = sentences()[::8]

    assert [tokenize(as_text(s.words)) for s in drawn] == [list(s.words) for s in drawn]


def test_that_words_are_written_like_the_file() -> None:
    words = ("i", "'m", "sure", "you", "ca", "n't", "fry", "it", "(", "do", "n't", "ask", ")", ".")

    assert as_text(words) == "I'm sure you can't fry it (don't ask)."
    assert Reading().writer.join(words) == as_text(words)


def test_that_a_learned_splitter_finds_the_sentences_of_the_grammar(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(SentenceSplitter, "installed", classmethod(lambda cls: None))
    some = comments()[::4]
    splitter = splitter_for(comment.body for comment in some)

    found = [splitter.split(comment.body) for comment in some]

    made = [[as_text(sentence.words) for sentence in comment.sentences] for comment in some]
    assert found == made


def test_that_the_entropy_is_known_for_the_sample_only(tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text("id,topic,body\n", encoding="utf-8")

    assert sample_entropy(sample_comments_path()) == facts()["entropy_nats_per_word"]
    assert sample_entropy(str(facts()["sha256"])) == facts()["entropy_nats_per_word"]
    assert sample_entropy(other) is None
    assert sample_entropy("0" * 64) is None
    assert sample_entropy(tmp_path / "missing.csv") is None


def test_that_the_bound_of_a_vocabulary_takes_off_what_reading_words_as_one_hides() -> None:
    shares = facts()["word_shares"]
    hidden = sorted(shares, key=shares.__getitem__)[:3]
    known = set(shares) - set(hidden) | {"an"}

    bound = sample_entropy(str(facts()["sha256"]), known)

    r = sum(shares[word] for word in hidden)
    assert bound == pytest.approx(facts()["entropy_nats_per_word"] - r * math.log(3.0), abs=1e-9)


def test_that_the_default_vocabulary_s_bound_is_near_the_entropy(sample: Corpus) -> None:
    bound = sample_entropy(sample.summary.digest, sample.vocabulary.words)

    assert bound is not None
    assert abs(bound - facts()["entropy_nats_per_word"]) <= 0.02


def test_that_a_bound_that_says_nothing_is_not_named(sample: Corpus) -> None:
    words = sample.with_vocabulary_size(100).vocabulary.words

    assert sample_entropy(sample.summary.digest, words) is None


def test_that_no_model_goes_below_the_bound(sample: Corpus) -> None:
    corpus = sample.with_vocabulary_size(800).with_validation_fraction(0.2)
    bound = sample_entropy(corpus.summary.digest, corpus.vocabulary.words)
    assert bound is not None
    config = TrainConfig(epochs=1, seed=1)

    events = train(corpus, ModelConfig(hidden_dim=16, device="cpu"), config, RunControl())

    losses = [each.validation_loss for each in events if isinstance(each, EpochDone)]
    error = facts()["file_surprise_standard_error"] / 0.2**0.5  # a fifth of the file
    assert min(loss for loss in losses if loss is not None) > bound - 3.0 * error


def test_that_the_word_shares_follow_from_the_rules() -> None:
    shares = facts()["word_shares"]
    length = build_grammar().measure(START).length

    assert math.fsum(shares.values()) == pytest.approx(length / (length + 1.0), abs=1e-5)


def test_that_the_stored_entropy_follows_from_the_rules() -> None:
    """The chain rule again, over the parts of a production instead of its symbols."""

    @cache
    def entropy_and_length(symbol: str) -> tuple[float, float]:
        if symbol not in grammar().rules:
            return 0.0, 1.0
        entropy = length = 0.0
        for p, body in grammar().rules[symbol]:
            parts = [entropy_and_length(part) for part in body]
            entropy += p * (math.log(1.0 / p) + sum(part[0] for part in parts))
            length += p * sum(part[1] for part in parts)
        return entropy, length

    entropy, length = entropy_and_length(START)

    assert facts()["entropy_nats_per_word"] == pytest.approx(entropy / (length + 1.0), abs=1e-8)


def test_that_the_surprise_of_the_file_agrees_with_the_entropy() -> None:
    surprise, standard_error = surprise_per_word(sentences())

    assert surprise == pytest.approx(facts()["file_surprise_nats_per_word"], abs=1e-6)
    assert standard_error < 0.01
    assert abs(surprise - facts()["entropy_nats_per_word"]) < 3.0 * standard_error


def test_that_a_parser_finds_the_one_derivation_of_each_sentence() -> None:
    for sentence in sentences()[::40]:
        probability, derivations = grammar().parse(START, without_articles(list(sentence.words)))

        assert derivations == 1
        assert math.log(probability) == pytest.approx(sentence.log_probability, rel=1e-12)


def test_that_no_sentence_of_a_topic_has_two_derivations() -> None:
    assert build_pooled_grammar().find_ambiguity("TOPIC@any") is None
    assert grammar().find_ambiguity("CHAT@chat") is None


def test_that_every_sentence_about_a_topic_has_a_word_of_no_other() -> None:
    starts = {topic: f"TOPIC@{topic}" for topic in TOPICS}
    for topic in TOPICS:
        elsewhere = (
            grammar()
            .words_of("CHAT@chat")
            .union(*(grammar().words_of(start) for name, start in starts.items() if name != topic))
        )
        own = topic_words(topic) - elsewhere

        assert grammar().fewest(starts[topic], own) >= 1


def test_that_two_derivations_of_a_sentence_are_found() -> None:
    ambiguous = Grammar(
        {
            "S": [(1.0, ("A", "B"))],
            "A": [(1.0, ("big",)), (1.0, ("big", "old"))],
            "B": [(1.0, ("old", "cat")), (2.0, ("cat",))],
        }
    )

    assert ambiguous.find_ambiguity("S") == "big old cat"
    assert ambiguous.parse("S", ["big", "old", "cat"]) == (pytest.approx(1 / 6 + 1 / 3), 2)


def test_that_a_production_written_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="S has the same production twice"):
        Grammar({"S": [(1.0, ("cat",)), (2.0, ("cat",))]})


def test_that_entropy_and_lengths_of_a_small_grammar_are_those_by_hand() -> None:
    small = Grammar(
        {"S": [(1.0, ("A", "A")), (1.0, ("end",))], "A": [(1.0, ("x",)), (3.0, ("y",))]}
    )

    measure = small.measure("S")

    of_a = -0.25 * math.log(0.25) - 0.75 * math.log(0.75)
    assert measure.entropy == pytest.approx(math.log(2.0) + of_a)
    assert (measure.length, measure.shortest, measure.longest) == (1.5, 1, 2)


def test_that_draws_occur_as_often_as_their_probability_says() -> None:
    small = Grammar(
        {"S": [(1.0, ("A", "A")), (1.0, ("end",))], "A": [(1.0, ("x",)), (3.0, ("y",))]}
    )
    rng = Random(1)

    drawn = [small.draw("S", rng) for _ in range(20_000)]

    for words, log_p in {tuple(words): log_p for words, log_p in drawn}.items():
        share = sum(tuple(other) == words for other, _ in drawn) / len(drawn)
        assert share == pytest.approx(math.exp(log_p), abs=0.015)
    total = sum(math.exp(log_p) for log_p in {tuple(w): p for w, p in drawn}.values())
    assert total == pytest.approx(1.0)


def test_that_questions_agree_with_their_verb() -> None:
    singular = set(grammar().words_of("DO:sg@pets"))
    nouns = grammar().words_of("THING:a:pl@pets")
    openings = [s.words[:3] for s in sentences() if s.words[0] in ("do", "does")]
    directly = [(verb, noun) for verb, the, noun in openings if the == "the" and noun in nouns]

    assert directly
    assert all(verb not in singular for verb, _ in directly)


def test_that_a_reflexive_matches_its_distant_subject() -> None:
    reflexives = {"he": "himself", "she": "herself", "we": "ourselves", "they": "themselves"}
    taught = [s.words for s in sentences() if "taught" in s.words]
    pairs = [
        (words[at - 1], words[at + 1])
        for words in taught
        for at in itertools.islice((i for i, w in enumerate(words) if w == "taught"), 1)
    ]

    assert pairs
    assert all(reflexives.get(subject, object_) == object_ for subject, object_ in pairs)
