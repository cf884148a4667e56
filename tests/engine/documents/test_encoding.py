"""Older encodings of Asia, told apart by the letters that only one language has."""

import random
from pathlib import Path

import pytest

from engine.config import CsvConfig
from engine.documents.encoding import detect_encoding
from engine.documents.reader import DocumentReader
from engine.documents.text_file import Sample

JAPANESE = (
    "今日の朝、新鮮なパンを買うために店に行きました",
    "とても美味しかったです",
    "友達と一緒に公園で昼ごはんを食べて、それから映画を見ました",
    "明日は学校があるので、早く寝ようと思います",
    "とても 店に とても パンを 店に です 買うために 朝、",
)
KOREAN = ("오늘 아침 신선한 빵을 사러 가게에 갔습니다.", "정말 맛있었습니다. ㅋㅋㅋㅋㅋㅋ ㅠㅠㅠ")
CHINESE = ("今天早上我去商店买了新鲜的面包。", "味道非常好,我很喜欢。")
TAIWANESE = ("今天早上我去商店買了新鮮的麵包。", "味道非常好,我很喜歡。")


@pytest.mark.parametrize(
    ("sentences", "encoding"),
    [
        (JAPANESE, "cp932"),
        (JAPANESE, "euc_jp"),
        (KOREAN, "cp949"),
        (CHINESE, "gb18030"),
        (TAIWANESE, "big5"),
    ],
)
def test_that_japanese_is_not_taken_for_korean_nor_others_for_japanese(
    sentences: tuple[str, ...], encoding: str
) -> None:
    for seed in range(20):
        chance = random.Random(seed)
        lines = [f"{n};{chance.choice(sentences)}" for n in range(3 + seed)]
        text = "\n".join(["number;text", *lines])

        found = detect_encoding(Sample(head=text.encode(encoding), is_whole=True)).encoding

        assert text.encode(encoding).decode(found) == text


RUSSIAN = ("Это обычное предложение, и оно длинное.", "Второй комментарий про погоду.")
GREEK = ("Αυτό είναι ένα σχόλιο.", "Δεύτερο σχόλιο εδώ, λίγο πιο μεγάλο.")
ENGLISH = ("It is an ordinary sentence.", "And so is this one, a little longer.")


@pytest.mark.parametrize("encoding", ["utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("text", [*ENGLISH, *RUSSIAN, *CHINESE, "🙂\n😀\n", "a\n"])
def test_that_utf32_without_its_mark_is_read(encoding: str, text: str, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(text.encode(encoding))

    with DocumentReader(path, CsvConfig()) as reader:
        texts = [document.text for document in reader]

    assert (reader.encoding, texts) == (encoding, text.splitlines())


@pytest.mark.parametrize("data", [b"", b"abc", b"\0" * 40, "a\nb\n".encode("utf-16-le")])
def test_that_other_bytes_are_not_taken_for_utf32(data: bytes) -> None:
    found = detect_encoding(Sample(head=data, is_whole=True))

    assert not found.encoding.startswith("utf-32")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("sentences", [ENGLISH, RUSSIAN, GREEK, CHINESE, JAPANESE, KOREAN])
@pytest.mark.parametrize("layout", ["{}\n", '{{}},"{}"\r\n', "{}\t1\r"])
def test_that_utf16_without_its_mark_is_found(
    encoding: str, sentences: tuple[str, ...], layout: str
) -> None:
    text = "".join(layout.format(sentence) for sentence in sentences * 10)

    found = detect_encoding(Sample(head=text.encode(encoding), is_whole=True)).encoding

    assert found == encoding


@pytest.mark.parametrize(
    "data",
    [
        b"some text here ab\n\0" * 100,  # taken in pairs, it has line ends and Chinese letters
        b"1,a row with a NUL\0\n" * 100,
        b"caf\xe9 and a NUL\0\n" * 100,
        b"\0\0\0\0 \0\0\n" * 100,
    ],
)
def test_that_zero_bytes_in_other_texts_are_not_taken_for_utf16(data: bytes) -> None:
    found = detect_encoding(Sample(head=data, is_whole=True)).encoding

    assert not found.startswith("utf-16")


CASES = [
    ("cp1252", ("The ticket costs £12.", "A £3 coffee, and £100 for the train.")),
    ("cp1252", ("It’s a “good” day…", "We’ll see, won’t we?", "“Yes,” she said.", "I’d say so.")),
    ("mac_roman", ("It’s a “good” day…", "We’ll see, won’t we?", "“Yes,” she said.", "I’d go.")),
    ("mac_roman", ("Le garçon a mangé une crème brûlée à la plage.", "Où est la forêt, bébé ?")),
    ("cp850", ("Die Bäckerin verkaufte süße Brötchen.", "Über die Brücke müßte man gehen.")),
    ("iso8859_2", ("Příliš žluťoučký kůň úpěl ďábelské ódy.", "Šťastný žák řekl: ještě něco.")),
    ("iso8859_15", ("Ma sœur préfère le thé glacé.", "Le pain coûte 3 € chez sa sœur.")),
    ("cp866", ("Это обычное предложение.", "Второй комментарий про погоду.")),
    ("mac_cyrillic", ("Это обычное предложение.", "Вторая её история про погоду.")),
    ("koi8_r", ("Это обычное предложение.", "Вторая её история про погоду.")),
    ("cp1257", ("Mana māsa dzīvo mazā mājā pie meža.", "Bērni spēlējās dārzā ar bumbu.")),
]


@pytest.mark.parametrize(("encoding", "sentences"), CASES)
def test_that_the_letters_of_the_language_tell_the_encoding(
    encoding: str, sentences: tuple[str, ...]
) -> None:
    data = "\r\n".join(f"{n};{text}" for n, text in enumerate(sentences)).encode(encoding)

    found = detect_encoding(Sample(head=data, is_whole=True))

    assert data.decode(found.encoding) == data.decode(encoding)


def test_that_an_undecidable_text_shows_the_same_line_in_three_encodings() -> None:
    data = "no marks here\ntext,caf\u00e9s\nnone here\n".encode("cp1252")

    found = detect_encoding(Sample(head=data, is_whole=True))

    assert found.note.startswith("doubtful: ")
    assert len({reading.encoding for reading in found.readings}) == 3
    assert [reading.text for reading in found.readings] == [
        data.splitlines()[1].decode(reading.encoding) for reading in found.readings
    ]
    assert len({reading.text for reading in found.readings}) == 3


def test_that_letters_of_no_language_known_are_doubted() -> None:
    tajik = "Хоҳари ман дар хонаи хурд зиндагӣ мекунад.\nФардо борон меборад, чатратро гир.\n" * 9

    found = detect_encoding(Sample(head=tajik.encode("koi8_t"), is_whole=True))

    assert "would be odd there" in found.note
    assert found.readings


def test_that_a_word_repeated_a_thousand_times_is_no_more_certain_than_once() -> None:
    once = detect_encoding(Sample(head="café\n".encode("cp1252") * 3, is_whole=True))
    often = detect_encoding(Sample(head="café\n".encode("cp1252") * 1000, is_whole=True))

    assert once.note == often.note


def test_that_a_long_line_is_shown_where_its_readings_differ() -> None:
    data = (b"a plain word " * 50) + "café".encode("cp1252") + (b" and so on" * 50)

    found = detect_encoding(Sample(head=data, is_whole=True))

    assert all("caf" in reading.text for reading in found.readings)
    assert all(len(reading.text) <= 90 for reading in found.readings)


@pytest.mark.parametrize("data", [b"a price of \xb5\xc4", b"x,\xce\xd2\xb2\xbb\n"])
def test_that_two_characters_are_never_surely_chinese(data: bytes) -> None:
    found = detect_encoding(Sample(head=data, is_whole=True))

    assert found.readings


def test_that_a_last_letter_beyond_ascii_is_no_cut_utf8() -> None:
    data = "id;ville\n1;Orléans\n2;Besançon\n3;Évian\n4;Condé".encode("cp1252")

    found = detect_encoding(Sample(head=data, is_whole=True))
    ending = detect_encoding(Sample(head=data[-5:], is_whole=True))

    assert found.encoding == ending.encoding == "cp1252"


def test_that_bytes_of_no_language_are_a_guess() -> None:
    data = bytes(range(0x80, 0x100)) * 20

    found = detect_encoding(Sample(head=data, is_whole=True))

    assert "does not look like a language" in found.note
    assert found.readings


@pytest.mark.parametrize(("text", "is_doubtful"), [("caf\u00e9s", True), ("words", False)])
def test_that_a_reader_names_the_file_whose_encoding_is_doubtful(
    tmp_path: Path, text: str, is_doubtful: bool
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(f"id,text\n1,no marks here\n2,{text}\n".encode("cp1252"))

    with DocumentReader(path, CsvConfig()) as reader:
        named = [each.name for each in reader.doubtful_encodings]

    assert named == ["a.csv"] * is_doubtful
