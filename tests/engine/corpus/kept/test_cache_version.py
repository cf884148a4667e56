"""A preparation that changed has another version: old prepared texts must not pass as new."""

import hashlib
import json
from pathlib import Path

import pytest

from engine.config import FORMER_TOKENIZER, CorpusConfig, CsvConfig, TokenizerConfig
from engine.corpus.corpus import Corpus
from engine.corpus.kept.cache import PREPARATION_VERSION
from tests.engine.support.corpora import corpus_of

# What each version makes of the files below. A change of the preparation fails here: raise
# PREPARATION_VERSION and put the new digest under it; never change the one that stands here.
DIGESTS = {
    2: "146d8fb5ccd0efb5",
    3: "4c7b66565615f9f0",
    4: "be61a8cde8e55f4f",
    5: "eeb328a63604947a",
    6: "eeb328a63604947a",  # only other tables are read otherwise
    7: "eeb328a63604947a",  # only texts that speak of <unk> are
    8: "eeb328a63604947a",  # only other tables are, and what is told of joined lines
    9: "e7b613ce9576c810",  # the same words; more is known of how they are joined
    10: "5d2c5ec818d92234",  # gender stars, l'O.N.U., 2.ª, abbreviations; other marks beside a word
    11: "5d2c5ec818d92234",  # only "77." at a German sentence's end is, where numbers are one word
    12: "5d2c5ec818d92234",  # only other tables and spreadsheets are
    13: "5d2c5ec818d92234",  # only n° is, and what a database writes around its rows
}
FORMER_VERSION = 3  # the last one without a choice of the tokeniser
TOKENIZERS = (
    TokenizerConfig(),
    TokenizerConfig(name="words", language="de", lower_case=False),
    TokenizerConfig(name="words", merge_numbers=True, merge_links=True),
    TokenizerConfig(name="characters"),
    TokenizerConfig(name="whitespace"),
)

TEXTS = (
    "It's “here”! Isn't it? Mr. Smith can't say; he'd've gone...",
    "a &amp; b &lt;3 ¡Hola! ¿Qué tal? C'est l'été. Das „Haus“ ist groß. «Да», сказал он.",
    "one\n\ntwo  three\tfour\u00a0five http://a.com/b?c=d 3.14 1,000 $5 50% #tag @you U.S.",
    "你好，世界。我们走吧！ こんにちは。 नमस्ते। 🙂🙂 a\u0301 \ufeff",
    "a single 'quoted' word, (brackets) [and] {braces} -- dashes – and — more…",
)
FILES = {
    "table.csv": "id,text\n" + "".join(f'{n},"{t}"\n' for n, t in enumerate(TEXTS)),
    "semicolons.csv": 'text;n\r\nfirst; 1\r\n"sec""ond";2\r\nbro"ken;3\r\nshort\r\n',
    "plain.txt": "First line. Second sentence.\nAnother line\n\n" + "\n".join(TEXTS),
    "rows.jsonl": "".join(json.dumps({"body": text, "n": 1}) + "\n" for text in TEXTS),
}
ENCODINGS = {"latin.csv": "cp1252", "wide.csv": "utf-16", "mac.csv": "mac_roman"}


def prepared(path: Path, csv: CsvConfig, tokenizer: TokenizerConfig) -> Corpus:
    config = CorpusConfig(
        path=path, csv=csv, tokenizer=tokenizer, min_count=1, counted="all", processes=1
    )
    return corpus_of(config)


def content_of(corpus: Corpus) -> list[object]:
    views = [corpus.sentence_view(number) for number in range(len(corpus))]
    return [
        [[token.text for token in view.tokens] for view in views],
        corpus.word_frequencies(),
        [[problem.line, problem.reason] for problem in corpus.problems],
    ]


def digest_of(content: object) -> str:
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:16]


@pytest.fixture
def files(tmp_path: Path) -> list[tuple[Path, CsvConfig]]:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8", newline="")
    for name, encoding in ENCODINGS.items():
        words = "id,text\n1,Ça coûte 5 £ déjà\n2,à la forêt, même\n3,“oui”\n"
        (tmp_path / name).write_text(words, encoding=encoding, newline="")

    return [
        (tmp_path / name, CsvConfig(decode_entities=decode))
        for name in (*FILES, *ENCODINGS)
        for decode in (False, True)
    ]


def test_that_a_changed_preparation_has_a_new_version(files: list[tuple[Path, CsvConfig]]) -> None:
    corpora = [prepared(*file, tokenizer) for tokenizer in TOKENIZERS for file in files]

    content = [[*content_of(corpus), corpus.reading.to_json()] for corpus in corpora]

    assert digest_of(content) == DIGESTS[PREPARATION_VERSION]


def test_that_the_former_preparation_is_as_it_was(files: list[tuple[Path, CsvConfig]]) -> None:
    content = [content_of(prepared(*file, FORMER_TOKENIZER)) for file in files]

    assert digest_of(content) == DIGESTS[FORMER_VERSION]
