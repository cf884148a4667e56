"""Words of many languages, as people write them."""

import pickle

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from nltk.tokenize import word_tokenize

from engine.config import TokenizerConfig, TokenizerName
from engine.errors import ConfigError
from engine.tokenization.sentence_ends import SentenceRules
from engine.tokenization.tokenizers import make_tokenizer
from engine.tokenization.tokenizing import tokenize
from engine.tokenization.words import BLANK, LINK_TOKEN, NUMBER_TOKEN, USER_TOKEN, Tokenizer
from tests.engine.support.languages import LANGUAGES, own_sentences, reader


def tokenizer(
    language: str = "en", name: TokenizerName = "words", *, lower_case: bool = False
) -> Tokenizer:
    config = TokenizerConfig(name=name, language=language, lower_case=lower_case)
    return make_tokenizer(config, SentenceRules(language=language))


@pytest.mark.parametrize(
    ("language", "sentence", "tokens"),
    [
        (
            "en",
            "Don't say they're late, it's John's.",
            "Do n't say they 're late , it 's John 's .",
        ),
        ("en", "Don’t say ‘never’!", "Do n't say “ never ” !"),
        ("en", '"Stop!" cried Mr. O\'Neill.', "“ Stop ! ” cried Mr. O'Neill ."),
        ("en", "The dogs' bowls cost $3.50 (or 5%).", "The dogs ' bowls cost $ 3.50 ( or 5 % ) ."),
        ("en", "See no. 5, i.e. the U.S. one, etc.", "See no. 5 , i.e. the U.S. one , etc."),
        ("en", "I said no.", "I said no ."),
        ("he", 'ד"ר כהן אמר: "שלום".', 'ד"ר כהן אמר : “ שלום ” .'),
        ("de", "ÄRGER in der Hauptstr. 5!", "ÄRGER in der Hauptstr. 5 !"),
        ("de", "«Wie gaht’s ‹hüt›?» 1’200", "“ Wie gaht's “ hüt ” ? ” 1'200"),
        ("fr", "«\u202f1\u202f200\u202f€\u202f» n’est\u202f!", "“ 1 200 € ” n' est !"),
        ("ca", "La col·lega: «L’home»", "La col·lega : “ L' home ”"),
        ("nl", "'s Avonds foto's van 't huis", "'s Avonds foto's van 't huis"),
        ("hi", "राम ने 12,500 रु. दिए।", "राम ने 12,500 रु . दिए ।"),
        ("ar", "قَالَ: «السَّلَامُ».", "قَالَ : “ السَّلَامُ ” ."),
        ("en", "J. S. Bach took vitamin C.", "J. S. Bach took vitamin C ."),
        ("en", "Well... yes… no?!", "Well … yes … no ? !"),
        (
            "en",
            "Rock'n'roll in the '90s, give 'em hell.",
            "Rock'n'roll in the '90s , give 'em hell .",
        ),
        ("en", "Mail joe@x.org or @joe, #fun :)", "Mail joe@x.org or @joe , #fun :)"),
        ("en", "(see https://x.org/a?b=1).", "( see https://x.org/a?b=1 ) ."),
        (
            "en",
            "At 10:30 we saw 1,000.5 well-known things",
            "At 10:30 we saw 1,000.5 well-known things",
        ),
        ("en", "A 👨‍👩‍👧 and 👍🏽😂 and 🇩🇪!", "A 👨‍👩‍👧 and 👍🏽 😂 and 🇩🇪 !"),
        ("en", "a\u200bb c\xadd \ufeffe e\u0301", "ab cd e é"),
        ("de", "„Das Haus“, sagte Dr. Möller.", "“ Das Haus ” , sagte Dr. Möller ."),
        ("de", "Wie geht's z. B. am 3. Mai usw.", "Wie geht's z. B. am 3. Mai usw."),
        ("de", "Das Haus. „Komm“", "Das Haus . “ Komm ”"),
        ("de", "Haupt- und Nebenfach, 3,5 Mio. Euro", "Haupt- und Nebenfach , 3,5 Mio. Euro"),
        ("de", "Er war 30.", "Er war 30 ."),
        ("de", "»Nein«, ‚ja‘", "“ Nein ” , “ ja ”"),
        ("fr", "L’homme d'aujourd’hui, qu’il aime !", "L' homme d' aujourd'hui , qu' il aime !"),
        ("fr", "« C’est M. Dupont », dit-il.", "“ C' est M. Dupont ” , dit-il ."),
        ("it", "Un po’ dell’acqua, l’ha detto", "Un po' dell' acqua , l' ha detto"),
        ("es", "¿Qué? ¡Hola, «Sra. Paz»!", "¿ Qué ? ¡ Hola , “ Sra. Paz ” !"),
        (
            "ru",
            "Он т. е. А. С. Пушкин: «Да!» — и всё.",
            "Он т. е. А. С. Пушкин : “ Да ! ” — и всё .",
        ),
        ("uk", "П’ять м'ячів — «добре».", "П'ять м'ячів — “ добре ” ."),
        ("ar", "هل قلتَ «نعم»؟ لا، شكرًا.", "هل قلتَ “ نعم ” ؟ لا ، شكرًا ."),
        ("fa", "می\u200cخواهم", "می\u200cخواهم"),
        ("hi", 'वह आया।"हाँ"', "वह आया । “ हाँ ”"),
        ("tr", "İstanbul'da saat 7.45'te", "İstanbul'da saat 7.45'te"),
        ("sv", "”Hej”, sa hon t.ex. igen", "“ Hej ” , sa hon t.ex. igen"),
        ("de", "Schüler*innen, Kolleg:innen", "Schüler*innen , Kolleg:innen"),
        ("de", "Prof. Dr. h. c. mult. Ott: 5°c :D", "Prof. Dr. h. c. mult. Ott : 5 °c :D"),
        ("fr", "L'O.N.U. et l’U.E.", "L' O.N.U. et l' U.E."),
        ("es", "La 2.ª del n.º 1", "La 2.ª del n.º 1"),
        ("fr", "Le n°\xa05, nos n°s 7 (N°8).", "Le n° 5 , nos n°s 7 ( N° 8 ) ."),
        ("fr", "Il fait 20° et 5 °C à Lyon°", "Il fait 20 ° et 5 °C à Lyon °"),
        ("ar", "كتـــاب جميل", "كتـــاب جميل"),
        ("ru", "Ок. 20 кг", "Ок. 20 кг"),
        ("hi", "देखें पृ. 12 और सं. 3", "देखें पृ. 12 और सं. 3"),
        ("pl", "„Tak”, rzekł np. Jan", "“ Tak ” , rzekł np. Jan"),
    ],
)
def test_that_words_are_found_as_their_language_has_them(
    language: str, sentence: str, tokens: str
) -> None:
    assert tokenizer(language).tokenize(sentence) == tokens.split(" ")


@pytest.mark.parametrize(
    ("language", "sentence", "tokens"),
    [
        (
            "zh",
            "我用Python 3写“你好”。",
            ["我", "用", "Python", BLANK, "3", "写", "“", "你", "好", "”", "。"],
        ),
        ("ja", "猫ー、です！", ["猫", "ー", "、", "で", "す", "！"]),
        ("th", "ไป ที่", ["ไ", "ป", BLANK, "ที่"]),
        (
            "zh",
            "写到a@b.cn吗，看https://a.cn/x吧",
            [*"写到", "a@b.cn", *"吗，看", "https://a.cn/x", "吧"],
        ),
        ("zh", "@anna你好#话题#", ["@anna", *"你好#话题#"]),
        ("km", "ខ្មែរ\u200b១២", ["ខ្មែ", "រ", "១២"]),
    ],
)
def test_that_characters_are_words_where_no_blanks_are(
    language: str, sentence: str, tokens: list[str]
) -> None:
    assert tokenizer(language, "characters").tokenize(sentence) == tokens


def test_that_a_tokenised_text_is_left_alone() -> None:
    found = tokenizer(name="whitespace")

    assert found.split_sentences("a , b . c\n\n<unk> N  't\n") == ["a , b . c", "<unk> N  't"]
    assert found.tokenize("<unk> N  't UNKNOWN_TOKEN") == ["<unk>", "N", "'t", "unknown_token"]


def test_that_numbers_links_and_users_become_one_word_each() -> None:
    config = TokenizerConfig(name="words", merge_numbers=True, merge_links=True)
    found = make_tokenizer(config, SentenceRules(language="en"))

    tokens = found.tokenize("@joe paid 1,000.50 in 1990-2000, see www.x.org or a@b.com (3rd)")

    wanted = (
        f"{USER_TOKEN} paid {NUMBER_TOKEN} in {NUMBER_TOKEN} , see {LINK_TOKEN} or {LINK_TOKEN}"
    )
    assert tokens == [*wanted.split(), "(", "3rd", ")"]


@pytest.mark.parametrize(
    ("sentence", "tokens"),
    [
        ("Er kam am 3. Mai.", "Er kam am 3. Mai ."),
        ("Er wohnt in Nr. 77.", f"Er wohnt in Nr. {NUMBER_TOKEN} ."),
        ("„Kapitel 12 bis 15.“", f"“ Kapitel {NUMBER_TOKEN} bis {NUMBER_TOKEN} . ”"),
    ],
)
def test_that_a_merged_number_may_end_a_sentence(sentence: str, tokens: str) -> None:
    config = TokenizerConfig(name="words", language="de", lower_case=False, merge_numbers=True)
    found = make_tokenizer(config, SentenceRules(language="de"))
    fast = found.fast()
    numbers: list[int] = []

    fast.append_numbers(sentence, numbers)

    assert found.tokenize(sentence) == tokens.split()
    assert [fast.table.words[number] for number in numbers] == tokens.split()


def test_that_no_word_of_a_text_is_a_special_token() -> None:
    text = "SENTENCE_START SENTENCE_END UNKNOWN_TOKEN NUMBER_TOKEN"

    assert tokenizer().tokenize(text) == text.lower().split()


def test_that_lower_case_is_that_of_the_language() -> None:
    assert tokenizer("tr", lower_case=True).tokenize("İyi IŞIK") == ["iyi", "ışık"]
    assert tokenizer("el", lower_case=True).tokenize("ΟΔΟΣ") == ["οδος"]


def test_that_the_tutorials_words_are_those_of_nltk() -> None:
    found = tokenizer(name="tutorial")

    for code in LANGUAGES:
        for sentence in own_sentences(code):
            assert found.tokenize(sentence) == word_tokenize(sentence.lower(), preserve_line=True)


@settings(max_examples=400)
@given(st.text(max_size=40))
def test_that_written_tokens_are_nltks_in_their_own_case(sentence: str) -> None:
    found = tokenizer(name="tutorial")

    pieces = found.pieces(sentence)

    assert [found.word_of(piece.token) for piece in pieces] == tokenize(sentence)


@pytest.mark.parametrize("name", ["tutorial", "words", "characters", "whitespace"])
def test_that_the_fast_way_gives_the_same_tokens(name: TokenizerName) -> None:
    found = tokenizer(name=name)
    fast = found.fast()

    for code in LANGUAGES:
        for sentence in own_sentences(code) * 2:
            numbers: list[int] = []
            fast.append_numbers(sentence, numbers)
            tokens = [found.word_of(fast.table.words[number]) for number in numbers]
            assert tokens == found.tokenize(sentence)


@settings(max_examples=300)
@given(
    st.lists(
        st.sampled_from(
            [
                "a",
                "x’s",
                " ",
                " ",
                "'",
                '"',
                "“",
                "„",
                "«",
                "»",
                ".",
                "…",
                "-",
                "No.",
                "J.",
                "3",
                "l'",
            ]
        ),
        max_size=14,
    ).map("".join),
    st.sampled_from(LANGUAGES),
)
@example("a . .", "ar")
def test_that_any_text_is_cut_without_loss(sentence: str, language: str) -> None:
    found = tokenizer(language)
    numbers: list[int] = []
    fast = found.fast()
    fast.append_numbers(sentence, numbers)

    written = "".join(piece.raw for piece in found.pieces(sentence))  # " . . " keeps its blanks
    assert "".join(written.split()) == "".join(sentence.split())
    assert [fast.table.words[number] for number in numbers] == found.tokenize(sentence)


@settings(max_examples=200)
@given(st.text(max_size=30))
def test_that_no_text_breaks_a_tokeniser(text: str) -> None:
    names: tuple[TokenizerName, ...] = ("words", "characters")
    for name in names:
        for sentence in tokenizer("de", name).split_sentences(text):
            tokens = tokenizer("de", name).tokenize(sentence)
            assert tokens
            assert not any("\0" in token or token == "" for token in tokens)


@pytest.mark.parametrize("name", ["tutorial", "words", "characters", "whitespace"])
def test_that_a_tokeniser_is_the_same_in_another_process(name: TokenizerName) -> None:
    found = reader("de", own_sentences("de"), name=name)
    copy = pickle.loads(pickle.dumps(found))  # noqa: S301 - our own, as the pool does

    text = " ".join(own_sentences("de"))
    assert copy.split_sentences(text) == found.split_sentences(text)
    assert copy.tokenize(text) == found.tokenize(text)


def test_that_an_unknown_tokeniser_is_refused() -> None:
    with pytest.raises(ConfigError, match="choose one of auto, tutorial, words"):
        TokenizerConfig(name="nltk")  # type: ignore[arg-type]
