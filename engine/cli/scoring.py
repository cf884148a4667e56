"""The commands that score many texts: words as a table, a column of a CSV, and ranking.

One sentence after the other, each with its words, is shown by `models`.
"""

import math
import sys
from argparse import Namespace
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from engine.cli.preparation import counted_beside, require_mixture
from engine.cli.terminal.output import Output, stop_on_signal
from engine.config import CsvConfig
from engine.control import RunControl
from engine.documents.reader import DocumentReader
from engine.events import event_to_json
from engine.files.atomic import export_file
from engine.language_model.formats import open_model
from engine.language_model.model import LanguageModel
from engine.language_model.results import (
    NOTHING,
    FileScored,
    SentenceScored,
    TextScore,
    WordStatistic,
)
from engine.scoring.candidates import score_candidates
from engine.scoring.lists import candidates_of, lines_of, own_scores_in
from engine.scoring.ranking import BASES, CandidatesScored, RankedCandidate, RankWeights, rank
from engine.scoring.scored_file import (
    PER_WORD,
    ScoredRow,
    csv_line,
    header,
    score_rows,
    summed,
    word_cells,
)
from engine.scoring.scorer import score
from engine.wording import counted

_STATISTICS = ("word", "count", "log{}_probability", "mean_surprisal_bits")


def score_words(
    model: LanguageModel, texts: Iterable[tuple[int, str]], output: Output, base: str
) -> tuple[int, TextScore]:
    """Write one line per word of numbered texts; return how many they are and the totals.

    Tabs stand between the columns.
    """
    total, count = NOTHING, 0
    output.result("\t".join(PER_WORD).format(base))
    for number, text in texts:
        for event in score(model, text):
            for cells in word_cells(event.score, number, base):
                output.result("\t".join(cells))
            total, count = total + summed(event.score), count + 1
    return count, total


def show_totals(
    total: TextScore, texts: int, output: Output, base: str, *, is_result: bool = True
) -> None:
    """Say what all texts sum to, with and without the unknown words, as KenLM's query does.

    Each end of a sentence is a token.
    """
    if output.as_json and is_result:
        output.result_json({"event": "totals", "texts": texts, **_totals(total)})
        return
    unit = BASES[base]
    figures = {
        "Texts": f"{texts}",
        f"Log probability (base {base}) including OOVs": f"{total.log_probability / unit:.4f}",
        f"Log probability (base {base}) excluding OOVs": (
            f"{total.log_probability_of_known / unit:.4f}"
        ),
        "Perplexity including OOVs": f"{total.perplexity:.6g}",
        "Perplexity excluding OOVs": f"{total.perplexity_of_known:.6g}",
        "OOVs": f"{total.unknown}",
        "Tokens": f"{total.words}",
    }
    for name, figure in figures.items():
        output.note(f"{name}:\t{figure}")


def _totals(total: TextScore) -> dict[str, Any]:
    own = (total.perplexity, total.perplexity_of_known)
    shown = [value if math.isfinite(value) else None for value in own]
    return asdict(total) | {"perplexity": shown[0], "perplexity_of_known": shown[1]}


def score_column(arguments: Namespace, model: LanguageModel, output: Output) -> int:
    """Write the rows of a table with the scores of its text column, or one line per word.

    The latter has the row's other columns in front, and tabs between them.
    """
    config = CsvConfig(columns=tuple(arguments.column or ()))
    base, per_word = arguments.base, arguments.per_word
    with (
        stop_on_signal(output) as control,
        DocumentReader(arguments.csv, config, control.proceed) as reader,
    ):
        columns, others = header(reader, base, per_word=per_word)
        as_line = _tab_line if per_word else csv_line
        if not output.as_json:
            output.result(as_line(columns)[:-1])
        for event in score_rows(model, reader, control, per_word=per_word):
            if isinstance(event, FileScored):
                _tell_left_out(event, control, output)
                show_totals(event.total, event.texts, output, base)
                if arguments.word_stats is not None:
                    _write_statistics(arguments.word_stats, event.words, base)
            elif isinstance(event, ScoredRow):
                if output.as_json:
                    _show_as_json(event, reader.all_columns, columns, others, base, output)
                else:
                    for cells in event.lines(base, others):
                        output.result(as_line(cells)[:-1])
            elif not output.as_json:
                output.show(event)
        return control.exit_code


def _tab_line(cells: Sequence[str]) -> str:
    return "\t".join(" ".join(cell.split()) for cell in cells) + "\n"


def _show_as_json(
    row: ScoredRow,
    names: Sequence[str],
    columns: Sequence[str],
    others: Sequence[int] | None,
    base: str,
    output: Output,
) -> None:
    told = {"row": dict(zip(names, row.fields, strict=False))}
    if others is None:
        own = zip(columns[len(names) :], row.added(base), strict=True)
        output.result_json({"event": "row_scored", **told, **dict(own)})
    elif row.words is not None:
        output.result_json({**(event_to_json(SentenceScored(score=row.words)) or {}), **told})


def _tell_left_out(scored: FileScored, control: RunControl, output: Output) -> None:
    if scored.refused_rows:
        output.note(f"{counted(scored.refused_rows, 'row')} could not be read: not written.")
    if control.is_stopped:
        output.note("Stopped: the rows after these were not scored.")


def _write_statistics(path: Path, words: Iterable[WordStatistic], base: str) -> None:
    """Write one line per word, the costliest first, with tabs between the columns."""
    lines = ["\t".join(_STATISTICS).format(base)]
    for each in words:
        log_p = each.log_probability / BASES[base]
        lines.append(f"{each.word}\t{each.count}\t{log_p:.6f}\t{each.bits:.6f}")
    content = "\n".join(lines) + "\n"
    export_file(path, content.encode("utf-8", errors="replace"), "The figures per word")


def run_rank(arguments: Namespace) -> int:
    """Rank candidate sentences, the best first."""
    weights = RankWeights(
        weight=arguments.weight,
        own_weight=arguments.own_weight,
        per_word=arguments.per_word,
        base=arguments.base,
    )
    output = Output(as_json=arguments.json)
    is_stdin = str(arguments.file) == "-"
    model = open_model(arguments.model)
    require_mixture(arguments)
    with stop_on_signal(output) as control:
        model, _ = counted_beside(arguments, model, control, output)
        own = None if arguments.own_scores is None else own_scores_in(arguments.own_scores)
        read = candidates_of(sys.stdin if is_stdin else lines_of(arguments.file), own)
        candidates = list(read)
        if not candidates:
            output.note("Nothing was ranked: the list has no sentence.")
        for event in score_candidates(model, candidates, control):
            if isinstance(event, CandidatesScored):
                _show_ranking(rank(event.scored, weights), weights, output)
            elif not output.as_json:
                output.show(event)
        return control.exit_code


def _show_ranking(ranked: list[RankedCandidate], weights: RankWeights, output: Output) -> None:
    has_groups = any(each.scored.candidate.group for each in ranked)
    if ranked and not output.as_json:
        name = f"log{weights.base}_probability"
        columns = ("rank", "total", name, f"{name}_per_word", "own_score", "unknown", "text")
        output.result("\t".join((*(("group",) * has_groups), *columns)))
    for each in ranked:
        candidate, scored = each.scored.candidate, each.scored.score
        if output.as_json:
            output.result_json(
                {
                    "event": "candidate_ranked",
                    "group": candidate.group,
                    "rank": each.place,
                    "rank_in_list": each.place_in_list,
                    "total": each.total,
                    "own_score": candidate.own_score,
                    "text": candidate.text,
                    **_totals(scored),
                }
            )
            continue
        log_p = scored.log_probability / BASES[weights.base]
        cells = (
            *((candidate.group,) * has_groups),
            str(each.place),
            f"{each.total:.6f}",
            f"{log_p:.6f}",
            f"{log_p / scored.words:.6f}",
            f"{candidate.own_score:g}",
            str(scored.unknown),
            candidate.text.replace("\t", " "),
        )
        output.result("\t".join(cells))
