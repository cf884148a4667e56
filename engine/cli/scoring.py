"""The commands that score many texts: words as a table, a column of a CSV, and ranking.

One sentence after the other, each with its words, is shown by `models`.
"""

import csv
import io
import math
import re
import sys
from argparse import Namespace
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import groupby, islice
from pathlib import Path
from typing import Any

from engine.cli.output import Output, stop_on_signal
from engine.cli.preparation import counted_beside, require_mixture
from engine.config import CsvConfig
from engine.control import RunControl, StageProgress
from engine.documents.reader import DocumentReader
from engine.errors import ConfigError, CorpusError
from engine.files.atomic import explain_os_error
from engine.language_model.formats import open_model
from engine.language_model.model import LanguageModel
from engine.language_model.results import SentenceScore
from engine.scoring.scorer import score
from engine.scoring.text_scores import NOTHING, TextScore, score_texts
from engine.wording import counted

_AT_ONCE = 512  # rows
_PER_WORD = ("sentence", "position", "word", "known", "log{}_probability", "surprisal_bits", "rank")
_ADDED = ("log{}_probability", "perplexity", "words", "unknown_words")
_BASES = {"10": math.log(10.0), "2": math.log(2.0), "e": 1.0}
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


def score_words(
    model: LanguageModel, texts: Iterable[str], output: Output, base: str
) -> tuple[int, TextScore]:
    """Write one line per word, with tabs between columns; return how many texts and the totals."""
    unit, total, number = _BASES[base], NOTHING, 0
    output.result("\t".join(_PER_WORD).format(base))
    for number, text in enumerate(texts, start=1):
        for event in score(model, text):
            for position, word in enumerate(event.score.words, start=1):
                log_p = word.log_probability / unit
                known = "yes" if word.is_known else "no"
                cells = (number, position, word.word, known, f"{log_p:.6f}", f"{word.bits:.6f}")
                output.result("\t".join(map(str, (*cells, word.rank))))
            total += summed(event.score)
    return number, total


def summed(scored: SentenceScore) -> TextScore:
    """Return what a scored sentence adds to the totals."""
    known = [word.log_probability for word in scored.words if word.is_known]
    return TextScore(
        words=len(scored.words),
        unknown=len(scored.words) - len(known),
        log_probability=scored.log_probability,
        log_probability_of_known=math.fsum(known),
    )


def show_totals(
    total: TextScore, texts: int, output: Output, base: str, *, is_result: bool = True
) -> None:
    """Say what all texts sum to, with and without the unknown words."""
    if output.as_json and is_result:
        output.result_json({"event": "totals", "texts": texts, **_totals(total)})
        return
    output.note(
        f"{counted(texts, 'text')}, {counted(total.words, 'word')} (each end of a sentence is "
        f"one), {total.unknown:,} of them unknown. Log probability (base {base}): "
        f"{total.log_probability / _BASES[base]:.4f}; without the unknown words "
        f"{total.log_probability_of_known / _BASES[base]:.4f}. Perplexity: "
        f"{total.perplexity:,.2f}; without the unknown words {total.perplexity_of_known:,.2f}."
    )


def _totals(total: TextScore) -> dict[str, Any]:
    own = (total.perplexity, total.perplexity_of_known)
    shown = [value if math.isfinite(value) else None for value in own]
    return asdict(total) | {"perplexity": shown[0], "perplexity_of_known": shown[1]}


def score_column(arguments: Namespace, model: LanguageModel, output: Output) -> int:
    """Write the rows of a table with the scores of its text column beside them."""
    config = CsvConfig(columns=tuple(arguments.column or ()))
    total, texts, done = NOTHING, 0, 0
    with (
        stop_on_signal(output) as control,
        DocumentReader(arguments.csv, config, control.proceed) as reader,
    ):
        rows = reader.rows()
        added = [name.format(arguments.base) for name in _ADDED]
        if not output.as_json:
            _write_row(output, [*reader.all_columns, *added])
        while control.proceed() and (some := list(islice(rows, _AT_ONCE))):
            scored = score_texts(model, [text for _, text in some])
            for (fields, text), each in zip(some, scored, strict=True):
                found = each if text else None
                if found is not None:
                    total, texts = total + found, texts + 1
                _show_row(fields, reader.all_columns, found, output, arguments.base)
            done += len(some)
            if not output.as_json:
                size = reader.bytes_total
                output.show(
                    StageProgress(
                        stage="Scoring rows", done=reader.bytes_done, total=size, unit="bytes"
                    )
                )
        if reader.refused_rows:
            output.note(f"{counted(reader.refused_rows, 'row')} could not be read: not written.")
        show_totals(total, texts, output, arguments.base)
        return control.exit_code


def _show_row(
    fields: list[str], columns: Iterable[str], scored: TextScore | None, output: Output, base: str
) -> None:
    cells: list[Any] = [None] * len(_ADDED)
    if scored is not None:
        log_p = scored.log_probability / _BASES[base]
        cells = [round(log_p, 6), _shown(scored.perplexity), scored.words, scored.unknown]
    if output.as_json:
        added = dict(zip([name.format(base) for name in _ADDED], cells, strict=True))
        row = dict(zip(columns, fields, strict=False))
        output.result_json({"event": "row_scored", "row": row, **added})
    else:
        _write_row(output, [*fields, *("" if cell is None else cell for cell in cells)])


def _shown(perplexity: float) -> float | None:
    return float(f"{perplexity:.6g}") if math.isfinite(perplexity) else None


def _write_row(output: Output, cells: list[Any]) -> None:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(cells)
    output.result(line.getvalue()[:-1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One line of a list to rank."""

    group: str  # which list of several it belongs to; "" = there is one
    text: str
    own_score: float  # that the list gives it, a logarithm; 0.0 = none


def candidates_of(lines: Iterable[str]) -> Iterator[Candidate]:
    """Read candidates: one text per line, "score<tab>text", or an n-best list of Moses.

    The latter is "group ||| text ||| features ||| score"; its score is the last number.
    """
    for line in lines:
        line = line.strip("\r\n")
        parts = [part.strip() for part in line.split("|||")]
        if len(parts) >= 3:
            numbers = _NUMBER.findall(parts[-1])
            own = float(parts[-1].split()[-1]) if numbers else 0.0
            yield Candidate(group=parts[0], text=parts[1], own_score=own)
            continue
        first, tab, rest = line.partition("\t")
        if tab and _NUMBER.fullmatch(first.strip()):
            yield Candidate(group="", text=rest.strip(), own_score=float(first))
        elif line.strip():
            yield Candidate(group="", text=line.strip(), own_score=0.0)


def run_rank(arguments: Namespace) -> int:
    """Rank candidate sentences, the best first."""
    if not all(map(math.isfinite, (arguments.own_weight, arguments.weight))):
        raise ConfigError("A weight is a number.")
    output = Output(as_json=arguments.json)
    model = open_model(arguments.model)
    require_mixture(arguments)
    base = arguments.base
    with stop_on_signal(output) as control:
        model, _ = counted_beside(arguments, model, control, output)
        candidates = list(candidates_of(_lines(arguments.file)))
        if not candidates:
            output.note("Nothing was ranked: the list has no sentence.")
        scored = _scored(model, candidates, control)
        if control.is_stopped:
            return control.exit_code
        if candidates and not output.as_json:
            log_p = f"log{base}_probability"
            columns = ("rank", "total", log_p, f"{log_p}_per_word", "own_score", "unknown", "text")
            output.result("\t".join((*(("group",) * _has_groups(candidates)), *columns)))
        for group, members in groupby(scored, key=lambda pair: pair[0].group):
            ranked = [
                (_total(each, candidate, arguments), candidate, each) for candidate, each in members
            ]
            ranked.sort(key=lambda row: -row[0])
            for place, (total, candidate, each) in enumerate(ranked, start=1):
                _show_ranked(place, total, candidate, each, group, output, base)
    return control.exit_code


def _has_groups(candidates: list[Candidate]) -> bool:
    return any(candidate.group for candidate in candidates)


def _lines(path: Path) -> Iterable[str]:
    if str(path) == "-":
        return sys.stdin
    try:
        return path.read_text("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise CorpusError(
            f"{path.name} is not in UTF-8. Convert it, or give the sentences on standard input."
        ) from error
    except OSError as error:
        raise CorpusError(
            f"{path} could not be read, because {explain_os_error(error)}."
        ) from error


def _scored(
    model: LanguageModel, candidates: list[Candidate], control: RunControl
) -> list[tuple[Candidate, TextScore]]:
    pairs: list[tuple[Candidate, TextScore]] = []
    for first in range(0, len(candidates), _AT_ONCE):
        if not control.proceed():
            break
        some = candidates[first : first + _AT_ONCE]
        pairs += zip(some, score_texts(model, [each.text for each in some]), strict=True)
    return pairs


def _total(scored: TextScore, candidate: Candidate, arguments: Namespace) -> float:
    own = scored.log_probability / _BASES[arguments.base]
    if arguments.per_word:
        own /= scored.words
    weight: float = arguments.weight
    own_weight: float = arguments.own_weight
    return weight * own + own_weight * candidate.own_score


def _show_ranked(
    place: int,
    total: float,
    candidate: Candidate,
    scored: TextScore,
    group: str,
    output: Output,
    base: str,
) -> None:
    log_p = scored.log_probability / _BASES[base]
    if output.as_json:
        output.result_json(
            {
                "event": "candidate_ranked",
                "group": group,
                "rank": place,
                "total": total,
                "own_score": candidate.own_score,
                "text": candidate.text,
                **_totals(scored),
            }
        )
        return
    cells = (
        *((group,) if group else ()),
        str(place),
        f"{total:.6f}",
        f"{log_p:.6f}",
        f"{log_p / scored.words:.6f}",
        f"{candidate.own_score:g}",
        str(scored.unknown),
        candidate.text,
    )
    output.result("\t".join(cells))
