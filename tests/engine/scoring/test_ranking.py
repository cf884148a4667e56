"""Lists as people and translation systems have them, and their order."""

import gzip
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.control import RunControl
from engine.errors import ConfigError, CorpusError
from engine.language_model.results import TextScore
from engine.scoring.candidates import score_candidates
from engine.scoring.ranking import (
    Candidate,
    RankWeights,
    ScoredCandidate,
    candidates_in,
    candidates_of,
    rank,
)
from tests.engine.support.models import tiny_model

LINES = {
    "plain": ("", "plain", 0.0),
    "a\tb": ("", "a\tb", 0.0),
    "2\tx": ("", "x", 2.0),
    "  -1.5e1 \t two words ": ("", "two words", -15.0),
    "two words\t-3": ("", "two words", -3.0),
    "1 ||| y ||| 0.5": ("1", "y", 0.5),
    "0 ||| the cat ||| LM: -3 W: -2 ||| -8.5": ("0", "the cat", -8.5),
    "0 ||| the cat ||| LM: -3 ||| -8.5 ||| 0-0 1-1": ("0", "the cat", -8.5),
    "0 ||| the cat ||| LM: -3 ||| x": ("0", "the cat", -3.0),
    "0 ||| the cat ||| none ||| none": ("0", "the cat", 0.0),
    "nan\tword": ("", "nan\tword", 0.0),
    "1e999\tword": ("", "1e999\tword", 0.0),
    "\ufeff7\tmarked": ("", "marked", 7.0),
}


@pytest.mark.parametrize("line", LINES)
def test_that_a_line_is_read_as_what_it_is(line: str) -> None:
    group, text, own = LINES[line]

    assert list(candidates_of([f"{line}\r\n", "\n", "0 ||| ||| 3\n"])) == [
        Candidate(group=group, text=text, own_score=own)
    ]


@given(st.lists(st.text(max_size=30), max_size=5))
def test_that_any_line_is_read(lines: list[str]) -> None:
    assert all(math.isfinite(each.own_score) and each.text for each in candidates_of(lines))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_that_a_file_of_any_encoding_is_read(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "list.gz"
    lines = "-1\tViele Grüße aus Köln\n-2\tschöne Grüße und Küsse\n"
    path.write_bytes(gzip.compress(lines.encode(encoding)))

    assert [(each.text, each.own_score) for each in candidates_in(path)] == [
        ("Viele Grüße aus Köln", -1.0),
        ("schöne Grüße und Küsse", -2.0),
    ]


def test_that_a_line_with_damage_is_named(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_bytes("Grüße äöüß Grüße äöü\n".encode() * 50 + b"the \xff cat\n")

    with pytest.raises(CorpusError, match="line 51: bytes that are not characters"):
        list(candidates_in(path))


def scored(log10s: list[float], owns: list[float], groups: str = "") -> list[ScoredCandidate]:
    return [
        ScoredCandidate(
            candidate=Candidate(group=groups[k : k + 1], text=f"text {k}", own_score=own),
            score=TextScore(
                words=k + 1,
                unknown=0,
                log_probability=log10 * math.log(10.0),
                log_probability_of_known=0.0,
            ),
        )
        for k, (log10, own) in enumerate(zip(log10s, owns, strict=True))
    ]


@pytest.mark.parametrize("per_word", [False, True])
@pytest.mark.parametrize(("weight", "own_weight"), [(1.0, 0.0), (0.0, 1.0), (0.6, -0.4)])
def test_that_the_order_is_that_of_a_sort(
    *, per_word: bool, weight: float, own_weight: float
) -> None:
    log10s, owns = [-7.0, -3.0, -9.0, -3.0], [1.0, -2.0, 0.5, 8.0]

    ranked = rank(
        scored(log10s, owns),
        RankWeights(weight=weight, own_weight=own_weight, per_word=per_word),
    )

    totals = [
        weight * log10 / (k + 1 if per_word else 1) + own_weight * own
        for k, (log10, own) in enumerate(zip(log10s, owns, strict=True))
    ]
    assert [each.place for each in ranked] == [1, 2, 3, 4]
    assert [each.total for each in ranked] == pytest.approx(sorted(totals, reverse=True))
    assert [totals[each.place_in_list - 1] for each in ranked] == pytest.approx(
        [each.total for each in ranked]
    )


def test_that_groups_are_ranked_each_for_itself_wherever_their_lines_stand() -> None:
    ranked = rank(scored([-3.0, -2.0, -1.0, -4.0], [0.0] * 4, "abab"))

    assert [(each.scored.candidate.text, each.place, each.place_in_list) for each in ranked] == [
        ("text 2", 1, 2),
        ("text 0", 2, 1),
        ("text 1", 1, 1),
        ("text 3", 2, 2),
    ]


@pytest.mark.parametrize("wrong", [{"weight": math.nan}, {"own_weight": math.inf}, {"base": "3"}])
def test_that_what_is_no_weight_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ConfigError):
        RankWeights(**wrong)  # type: ignore[arg-type]


def test_that_a_stop_ranks_nothing() -> None:
    control = RunControl()
    control.stop()

    assert (
        list(
            score_candidates(
                tiny_model(), [Candidate(group="", text="the cat", own_score=0.0)], control
            )
        )
        == []
    )
