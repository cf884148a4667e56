"""Older encodings of Asia, told apart by the letters that only one language has."""

import random

import pytest

from engine.documents.encoding import detect_encoding
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

        found, _ = detect_encoding(Sample(head=text.encode(encoding), is_whole=True))

        assert text.encode(encoding).decode(found) == text


RUSSIAN = ("Это обычное предложение, и оно длинное.", "Второй комментарий про погоду.")
GREEK = ("Αυτό είναι ένα σχόλιο.", "Δεύτερο σχόλιο εδώ, λίγο πιο μεγάλο.")
ENGLISH = ("It is an ordinary sentence.", "And so is this one, a little longer.")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("sentences", [ENGLISH, RUSSIAN, GREEK, CHINESE, JAPANESE, KOREAN])
@pytest.mark.parametrize("layout", ["{}\n", '{{}},"{}"\r\n', "{}\t1\r"])
def test_that_utf16_without_its_mark_is_found(
    encoding: str, sentences: tuple[str, ...], layout: str
) -> None:
    text = "".join(layout.format(sentence) for sentence in sentences * 10)

    found, _ = detect_encoding(Sample(head=text.encode(encoding), is_whole=True))

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
    found, _ = detect_encoding(Sample(head=data, is_whole=True))

    assert not found.startswith("utf-16")
