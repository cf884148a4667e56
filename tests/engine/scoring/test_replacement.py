"""The best replacement against trying every word at every place."""

import pytest

from engine.control import RunControl, StageProgress
from engine.errors import ConfigError
from engine.language_model.results import ReplacementFound
from engine.scoring import replacement
from engine.scoring.replacement import best_replacement
from engine.scoring.scorer import score
from tests.engine.support.models import tiny_model

WORDS = tuple("abcdefgh")


def log_probability(model: object, words: tuple[str, ...]) -> float:
    return next(iter(score(model, " ".join(words)))).score.log_probability  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("text", ["a b c d", "h zebra a", "a", "zebra zebra", "c c c c c c"])
def test_that_no_other_replacement_is_better(text: str, seed: int) -> None:
    model = tiny_model(WORDS, seed=seed)
    words = tuple(text.split())
    tried = {
        (place, word): log_probability(model, (*words[:place], word, *words[place + 1 :]))
        for place in range(len(words))
        for word in WORDS
        if word != words[place]
    }

    *_, found = best_replacement(model, text, RunControl())

    assert isinstance(found, ReplacementFound)
    highest = max(tried.values())
    original = log_probability(model, words)
    if highest <= original:
        assert found.place is None
        return
    assert found.place is not None
    assert tried[found.place, found.word] == pytest.approx(highest, abs=1e-9)
    assert found.gain == pytest.approx(highest - original)
    assert found.replaced == words[found.place]


def test_that_the_best_sentence_of_all_has_no_better_word() -> None:
    model = tiny_model(("a", "b"), seed=1)
    best = max(
        ((one, two) for one in "ab" for two in "ab"), key=lambda pair: log_probability(model, pair)
    )

    *_, found = best_replacement(model, " ".join(best), RunControl())

    assert isinstance(found, ReplacementFound)
    assert (found.place, found.gain) == (None, 0.0)


def test_that_a_stopped_search_finds_nothing() -> None:
    control = RunControl()
    control.stop()

    assert list(best_replacement(tiny_model(WORDS), "a b", control)) == []


def test_that_progress_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replacement, "_REPORT_EVERY_S", 0.0)

    *told, _ = best_replacement(tiny_model(WORDS), "a zebra c", RunControl())

    assert told
    assert all(isinstance(each, StageProgress) and 0 <= each.done <= 100 for each in told)


def test_that_a_better_word_is_for_one_sentence() -> None:
    with pytest.raises(ConfigError, match="read as 2 sentences"):
        list(best_replacement(tiny_model(), "The cat sat. The cat sat.", RunControl()))
