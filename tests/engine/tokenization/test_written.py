"""What is shown is as people write it, and reads back."""

import csv
import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.config import TokenizerName
from engine.tokenization.languages import QuotationMarks
from engine.tokenization.writing.way import Writing, WritingCounts
from engine.tokenization.writing.written import Writer
from engine.tokenization.writing.written_forms import FormCounts
from tests.engine.support.languages import (
    LANGUAGES,
    WITHOUT_BLANKS,
    drawn,
    made_sentences,
    own_sentences,
    readable_share,
    reader,
    writer,
    written_back,
)


@pytest.mark.parametrize("lower_case", [False, True])
@pytest.mark.parametrize("code", LANGUAGES)
def test_that_sentences_are_written_back(code: str, lower_case: bool) -> None:
    texts = own_sentences(code) + made_sentences(code, 500)
    tokenizer = reader(code, texts, lower_case=lower_case)
    sentences = [found for text in texts for found in tokenizer.split_sentences(text)]
    learned = writer(tokenizer, sentences[::2])

    score = written_back(learned, tokenizer, sentences[1::2])

    assert score.equal >= 0.97
    assert score.readable >= 0.98


@pytest.mark.parametrize("code", LANGUAGES)
def test_that_what_a_model_would_draw_reads_back(code: str) -> None:
    sentences = own_sentences(code)
    tokenizer = reader(code, sentences)

    draws = drawn(tokenizer, sentences, 300)

    assert readable_share(writer(tokenizer, sentences), draws) >= 0.98


@pytest.mark.parametrize("name", ["words", "tutorial"])
def test_that_real_comments_are_written_back(shared_data: Path, name: TokenizerName) -> None:
    path = shared_data / "reddit-comments-2015-08-first-1000-lines.csv"
    with path.open(encoding="utf-8", newline="") as file:
        comments = [row[0] for row in csv.reader(file) if row][1:]
    tokenizer = reader("en", comments, name=name)
    sentences = [found for text in comments for found in tokenizer.split_sentences(text)]
    learned = writer(tokenizer, sentences)

    score = written_back(learned, tokenizer, sentences)

    # The rest are marks that the same text sets in two ways.
    assert score.equal >= 0.97
    assert score.readable >= 0.98
    assert readable_share(learned, drawn(tokenizer, sentences, 300)) >= 0.97


def test_that_real_reviews_are_written_back(shared_data: Path) -> None:
    with gzip.open(shared_data / "movie-reviews.csv.gz", "rt", encoding="utf-8") as file:
        reviews = [row["text"] for row, _ in zip(csv.DictReader(file), range(60), strict=False)]
    tokenizer = reader("en", reviews, name="tutorial")
    sentences = [found for text in reviews for found in tokenizer.split_sentences(text)]

    score = written_back(writer(tokenizer, sentences), tokenizer, sentences)

    assert score.equal >= 0.97
    assert score.readable >= 0.98


@pytest.mark.parametrize("code", [code for code in LANGUAGES if code not in WITHOUT_BLANKS])
def test_that_a_language_is_written_without_an_example(code: str) -> None:
    tokenizer = reader(code, [], lower_case=False)
    plain = Writer(tokenizer)
    sentences = own_sentences(code)

    read = sum(plain.is_readable(tokenizer.tokenize(sentence)) for sentence in sentences)

    assert read == len(sentences)


@pytest.mark.parametrize(
    ("code", "tokens", "text"),
    [
        ("en", "do n't say “ never “ again ” ” , i said !", "Don't say “never ‘again’”, i said!"),
        ("de", "er sagte : “ das haus “ ja ” ” .", "Er sagte: „das haus ‚ja‘“."),
        ("fr", "“ l' homme ” ! il dort ; 5 %", "« l'homme » !\u202fil dort ; 5 %"),
        ("es", "¿ qué ? ¡ hola !", "¿Qué? ¡Hola!"),
        ("en", "mr . smith ( 3 , 5 )", "Mr . smith (3, 5)"),
        ("es", "— voy — dijo ella — .", "—Voy —dijo ella—."),
        ("fr", "oui ! ! ! 😂 😂 ✨", "Oui !!! 😂😂✨"),
        ("de", "vom 1. – 5. mai", "Vom 1.–5. mai"),
        ("ru", "5 % - ный раствор", "5 %-ный раствор"),
        ("hi", "₹ 500 या € 5", "₹500 या €5"),
        ("tr", "iyi ki geldin", "İyi ki geldin"),
        ("en", "", ""),
    ],
)
def test_how_tokens_are_joined(code: str, tokens: str, text: str) -> None:
    joined = Writer(reader(code, [])).join(tokens.split())

    assert joined.casefold() == text.casefold()


@pytest.mark.parametrize(
    "text",
    [
        "Thank you for your two cents :) I think so ;-) but no :(",
        "It was late: (so) he said: (no).",
        "More (http://a.org/x?to=%2Fr%2Fandroid&subject=a%20b#c) is here",
        "See http://a.org/b?c=d%20e&f=g and no more.",
        "* one thing * another * a third thing",
        "**Tired of league?",
        "This was performed automatically.*",
        "Ask [us](/message/compose/?to=/r/maps&amp;subject=a#b) first, please.",
        '&gt;"So it begins", he said (&lt;50 words) &amp; left.',
        "&amp;nbsp; *** ### The next part --- and more",
        "* **Haste** - runs for 5 seconds",
        "**One** **two** and &amp;#9733; :p",
        "Friday’s R&D can’t wait for main() or www.maps.org",
        "Rock 'n' roll of the '70s, the dogs' bowls and the cats' toys",
        "He called it 'good' and went @ http://a.org",
    ],
)
def test_that_the_tutorials_tokens_are_joined_where_nltk_cuts_more_than_words(text: str) -> None:
    tokenizer = reader("en", [], name="tutorial")

    joined = Writer(tokenizer).join(tokenizer.tokenize(text))

    assert joined.casefold() == text.casefold()


def test_that_a_mark_is_joined_as_beside_the_same_word_before() -> None:
    tokenizer = reader("en", [])
    counts = WritingCounts()
    for sentence in ["* I am here", "* I was there", "* We are", "*I am a bot."]:
        counts.add(tokenizer.pieces(sentence))
    found = Writer(tokenizer, counts.writing("en"))

    assert found.join(["*", "i", "am", "a", "bot", "now", "."]) == "* I am a bot now."
    assert found.join(["*", "we", "are", "a", "bot", "."]) == "* We are a bot."


def test_that_other_marks_are_taken_where_the_texts_own_do_not_read_back() -> None:
    tokenizer = reader("en", [])
    single = QuotationMarks(opening="‘", closing="’", inner_opening="“", inner_closing="”")
    found = Writer(tokenizer, Writing(marks=single, apostrophe="’"))
    tokens = ["“", "the", "dogs", "'", "bowls", "”"]

    assert found.join(["“", "no", "”"]) == "‘No’"
    assert found.join(tokens) == "“The dogs’ bowls”"
    assert found.is_readable(tokens)


@pytest.mark.parametrize(
    ("name", "tokens", "text"),
    [
        ("words", "He left . She came .", "He left.\u202fShe came."),
        ("words", "“ He left . ” “ So ? ”", "“He left.”\u202f“So?”"),
        ("tutorial", "he left . he came .", "He left .\u202fhe came."),
        ("characters", "走 。 来 。", "走。\u202f来。"),
        ("characters", "写 a@b.cn 吗", "写a@b.cn吗"),
        ("characters", "45 15 。", "45\u202f15。"),
        ("characters", "▁ ก ▁ ▁ ข ▁", "▁ก ▁ข▁"),
    ],
)
def test_that_a_narrow_blank_keeps_sentences_and_words_apart(
    name: TokenizerName, tokens: str, text: str
) -> None:
    found = Writer(reader("en", [], name=name))

    assert found.written(tokens.split()) == (text, True)


def test_that_a_word_that_no_text_has_is_not_readable() -> None:
    tokenizer = reader("en", [], lower_case=False)

    assert not Writer(tokenizer).is_readable(["He", "left soon", "."])


def test_that_a_text_teaches_its_marks() -> None:
    tokenizer = reader("en", [])
    counts = WritingCounts()
    for sentence in ["»Yes«, it’s 5 % … more"] * 3:
        counts.add(tokenizer.pieces(sentence))

    found = Writer(tokenizer, counts.writing("en"))

    assert (
        found.join(["“", "no", "”", ",", "it", "'s", "7", "%", "…", "less"])
        == "»No«, it’s 7 % … less"
    )


def test_that_other_marks_are_taken_beside_the_words_that_had_them() -> None:
    tokenizer = reader("en", [])
    counts = WritingCounts()
    for sentence in [
        'I\'d say "no" and "so".',
        "“Stop now”, he said.",
        "One judge’s dog isn't it.",
    ]:
        counts.add(tokenizer.pieces(sentence))
    found = Writer(tokenizer, counts.writing("en"))

    assert found.join(tokenizer.tokenize('"Stop there"')) == "“Stop there”"
    assert found.join(tokenizer.tokenize('"go now"')) == "“Go now”"
    assert found.join(tokenizer.tokenize('"go there"')) == '"Go there"'
    assert found.join(tokenizer.tokenize("the judge's son's hat")) == "The judge’s son’s hat"
    assert found.join(tokenizer.tokenize("my son's hat")) == "My son's hat"


def test_that_words_are_shown_as_they_are_mostly_written() -> None:
    sentences = ["Jörg sah die NASA.", "Ich sah Jörg.", "Die Möwen und die Möwen.", "Die Uhr."]
    tokenizer = reader("de", sentences)
    found = writer(tokenizer, sentences)

    assert found.join(tokenizer.tokenize("die möwen und jörg")) == "Die Möwen und Jörg"
    assert found.join(["und", "die", "nasa"]) == "Und die NASA"


def test_that_a_capital_at_the_beginning_says_little() -> None:
    counts = FormCounts("en")
    forms = ["However", ",", "however", "“", "Bob"]
    numbers = np.array([3, 0, 1, 4, 0, 1, 2], dtype=np.int32)
    counts.add(forms, numbers, np.array([4, 3], dtype=np.int32))

    assert counts.most_frequent({"however", "bob"}.__contains__) == {"bob": "Bob"}


def test_that_forms_are_counted_in_bounded_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.tokenization.writing.written_forms._MOST_FORMS", 3)
    counts = FormCounts("en")
    numbers = np.array([0, 0, 0, 1, 2, 3], dtype=np.int32)
    counts.add(["x", "NASA", "B", "C"], numbers, np.array([6], dtype=np.int32))
    counts.add(["x", "NASA"], np.array([0, 1, 1], dtype=np.int32), np.array([3], dtype=np.int32))

    assert counts.most_frequent({"nasa", "b", "c"}.__contains__) == {"nasa": "NASA"}


_TOKENS = sorted({token for code in ("en", "de", "fr") for line in own_sentences(code)
                  for token in reader(code, []).tokenize(line)})  # fmt: skip


@settings(max_examples=300)
@given(st.lists(st.sampled_from(_TOKENS), max_size=12), st.sampled_from(["en", "de", "fr"]))
def test_that_readable_means_what_it_says(tokens: list[str], code: str) -> None:
    tokenizer = reader(code, [])
    found = Writer(tokenizer)

    text = found.join(tokens)

    read = [tokenizer.tokenize(sentence) for sentence in tokenizer.split_sentences(text)]
    assert found.is_readable(tokens) == (read == ([tokens] if tokens else []))
    assert found.read_back(text) == read


@given(st.lists(st.text(min_size=1, max_size=6), max_size=8))
def test_that_any_tokens_can_be_joined(tokens: list[str]) -> None:
    for name in ("tutorial", "words", "characters", "whitespace"):
        assert isinstance(Writer(reader("en", [], name=name)).join(tokens), str)
