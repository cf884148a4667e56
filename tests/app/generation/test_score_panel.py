"""How unknown words are named in a sentence."""

from app.generation.score_panel import unknown_sentence


def test_that_no_unknown_word_needs_no_sentence() -> None:
    assert unknown_sentence(()) == ""


def test_that_one_unknown_word_is_named_once() -> None:
    sentence = unknown_sentence(("glads", "glads"))

    assert "the word “glads”" in sentence
    assert sentence.count("glads") == 1


def test_that_many_unknown_words_are_counted_after_the_first_ones() -> None:
    sentence = unknown_sentence(tuple(f"w{number}" for number in range(20)))

    assert "“w7” and 12 more" in sentence
    assert "w8" not in sentence


def test_that_a_very_long_word_is_shortened() -> None:
    assert len(unknown_sentence(("x" * 5000,))) < 200
