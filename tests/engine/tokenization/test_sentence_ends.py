"""Sentences end where people of each language end them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.tokenization.nltk_parts import PunktTrainer
from engine.tokenization.sentence_ends import SentenceRules
from engine.tokenization.sentences import SplitterLearner
from tests.engine.support.languages import LANGUAGES, made_sentences, own_sentences


@pytest.mark.parametrize("code", [code for code in LANGUAGES if code != "th"])
def test_that_a_text_is_split_into_its_sentences(code: str) -> None:
    sentences = own_sentences(code)
    blank = "" if code in ("zh", "ja") else " "

    assert SentenceRules(language=code).split(blank.join(sentences)) == sentences


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Mr. Smith met Dr. Jones in St. Louis.|He left."),
        ("en", "It cost 3.5 dollars at No. 5.|No.|I won't."),
        ("en", "He lives in the U.S. and works.|She left the U.S.|The end."),
        ("en", "“Stop!” he said.|“Why?”|He left."),
        ("en", "just plain lazy ! !|okay , we get it ."),
        ("en", "so unpopular.|thats why , approx. ten."),
        ("en", "Well... I think so.|Well...|He left."),
        ("en", "1. Buy milk.|2. Go home."),
        ("en", "(He left.)|Then she left (too)."),
        ("de", "Er ging.|„Komm“, sagte er.|Dann usw.|Es war z. B. Montag."),
        ("de", "Das ist das Haus.|„Komm!“"),
        ("de", "Sie wohnt in der Hauptstr. 5.|Er in der Bahnhofstr.|Das ist nah."),
        ("el", "Τι ώρα είναι;|Ο κ. Παπάς ήρθε.|«Ναι», είπε."),
        ("fr", "Elle part.\u202fIl reste.|Fin."),
        ("de", "Am 3. Mai 1990.|Danach war er 30.|Das war alles."),
        ("fr", "« Bonjour. »|Il est là !|« Quoi ? » dit-il."),
        ("es", "¡Hola!|¿Qué tal?|¿Bien?|El Sr. Paz vive."),
        ("ru", "«Привет!» — сказал он.|В 1990 г. Он.|Т. е. так."),
        ("ar", "هل جئت؟|نعم.|«قف!» صاح الولد."),
        ("hi", "वह आया।|क्या हुआ?|कुछ नहीं।"),
        ("zh", "他说：“你好。”|我走了。|真的吗？|“站住！”他喊道。"),
        ("ja", "「行くよ。」と言った。|彼は来た。"),
        ("ur", "وہ آیا۔|وہ گیا۔"),
        ("am", "ሰላም።|ደህና።"),
    ],
)
def test_where_sentences_end(language: str, text: str) -> None:
    sentences = text.replace("г. Он", "г.|Он").split("|")
    blank = "" if language in ("zh", "ja") else " "

    assert SentenceRules(language=language).split(blank.join(sentences)) == sentences


def test_that_a_quotation_right_behind_a_stop_begins_a_sentence() -> None:
    found = SentenceRules(language="de").split("Das ist das Haus.„Komm“, sagte er.«Nein».")

    assert found == ["Das ist das Haus.", "„Komm“, sagte er.", "«Nein»."]


def test_that_a_blank_line_ends_a_sentence_and_a_line_end_does_not() -> None:
    found = SentenceRules().split("A heading\r\n \r\nA line\nthat goes on. !!!\n\n...")

    assert found == ["A heading", "A line\nthat goes on. !!!", "..."]


def test_that_abbreviations_are_learned_only_where_they_were_within_a_sentence() -> None:
    texts = ["the gtd. value and the gtd. price are high. I met Bob. "] * 30
    learner = SplitterLearner()
    learner.learn("\n\n".join(texts))

    rules = SentenceRules.learn("en", texts, learner.parameters())

    assert rules.learned == {"gtd"}
    assert rules.split("The gtd. price. I met Bob. He left.")[0] == "The gtd. price."


@pytest.mark.parametrize("code", ["de", "en", "hi", "ru", "tr"])
def test_that_what_is_learned_is_what_nltks_own_punkt_learns(code: str) -> None:
    text = "\n\n".join(
        own_sentences(code) * 2 + made_sentences(code, 200) + ["J. p. 3.5 .. 1. ..."]
    )
    learner, trainer = SplitterLearner(), PunktTrainer()

    learner.learn(text)
    trainer.train(text)

    found, wanted = vars(learner.parameters()), vars(trainer.get_params())
    assert found == wanted
    assert wanted["abbrev_types"]


def test_that_a_text_in_small_letters_is_split_too() -> None:
    texts = ["he came . she left . nobody knew why . it was late ."] * 10
    rules = SentenceRules.learn("en", texts)

    assert rules.starts_small
    assert len(rules.split(texts[0])) == 4
    assert rules.split("he met mr . bean .") == ["he met mr . bean ."]


@given(st.text(alphabet="ab A.!?…\n'\"“„»«()。」۔3", max_size=60), st.sampled_from(LANGUAGES))
def test_that_splitting_loses_nothing_but_white_space(text: str, language: str) -> None:
    found = SentenceRules(language=language).split(text)

    assert "".join("".join(found).split()) == "".join(text.split())
