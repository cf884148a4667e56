"""Lists as people and translation systems have them, and their order."""

import gzip
import math
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.control import RunControl
from engine.errors import ConfigError, CorpusError
from engine.language_model.results import TextScore
from engine.scoring.candidates import score_candidates
from engine.scoring.lists import OwnScores, candidates_of, lines_of, own_scores_in
from engine.scoring.ranking import Candidate, RankWeights, ScoredCandidate, rank
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

    assert [(each.text, each.own_score) for each in candidates_of(lines_of(path))] == [
        ("Viele Grüße aus Köln", -1.0),
        ("schöne Grüße und Küsse", -2.0),
    ]


def test_that_a_line_with_damage_is_named(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_bytes("Grüße äöüß Grüße äöü\n".encode() * 50 + b"the \xff cat\n")

    with pytest.raises(CorpusError, match="line 51: bytes that are not characters"):
        list(candidates_of(lines_of(path)))


KALDI = ["talk-1-1 he goes\n", "talk-1-2\the go\n", "talk-1-3\n", "talk-2-1 she\n"]


def test_that_an_n_best_list_of_kaldi_is_ranked_utterance_by_utterance(tmp_path: Path) -> None:
    path, costs = tmp_path / "words.txt", tmp_path / "acwt"
    path.write_text("".join(KALDI))
    costs.write_text("talk-2-1 3.5\ntalk-1-2 -1\ntalk-1-1 2.25\ntalk-1-3 0\n")

    alone = [(each.group, each.text, each.own_score) for each in candidates_of(lines_of(path))]
    with_costs = [
        (each.group, each.text, each.own_score)
        for each in candidates_of(lines_of(path), own_scores_in(costs))
    ]

    assert alone == [("talk-1", "he goes", 0), ("talk-1", "he go", 0), ("talk-2", "she", 0)]
    assert with_costs == [
        ("talk-1", "he goes", 2.25), ("talk-1", "he go", -1), ("talk-2", "she", 3.5)
    ]  # fmt: skip


@pytest.mark.parametrize("lines", [["covid-19 is here", "it is"], ["a-1 b"], ["a-2 b", "a-3 c"]])
def test_that_words_with_a_number_are_no_names(lines: list[str]) -> None:
    assert [(each.group, each.text) for each in candidates_of(lines)] == [("", x) for x in lines]


@pytest.mark.parametrize(
    ("scores", "problem"),
    [
        ("x-1 1\nx-2 2", None),
        ("1\n\n-2.5", None),
        ("x-1 1", "scores.txt has no score for “x-2”"),
        ("1", "has 1 score, but the list has more sentences: “two” is without one"),
        ("1\n2\n3", "has 3 scores for 2 sentences"),
        ("1\ntwo 2", "some lines have a name before the score"),
        ("1 2 3", "line 1: “1 2 3” is no score"),
        ("x-1 nan", "line 1: “x-1 nan” is no score"),
        ("\n \n", "has no score"),
    ],
)
def test_that_scores_fit_their_list_or_are_refused(
    tmp_path: Path, scores: str, problem: str | None
) -> None:
    path = tmp_path / "scores.txt"
    path.write_text(scores)

    if problem is None:
        found = [*candidates_of(["x-1 one", "x-2 two"], own_scores_in(path))]
        assert [each.text for each in found] == ["one", "two"]
        assert [each.own_score for each in found] == [1.0, found[1].own_score]
        assert found[1].own_score in (2.0, -2.5)
    else:
        with pytest.raises(CorpusError, match=re.escape(problem)):
            [*candidates_of(["x-1 one", "x-2 two"], own_scores_in(path))]


def test_that_scores_of_a_file_count_instead_of_those_in_the_list() -> None:
    scores = OwnScores(name="s", in_order=(7.0, 8.0))

    found = [*candidates_of(["-1\tone", "", "0 ||| two ||| x ||| -3"], scores)]

    assert [(each.text, each.own_score) for each in found] == [("one", 7.0), ("two", 8.0)]


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
