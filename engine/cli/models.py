"""The commands that need a model and no corpus: generate, next, score, info and export.

Arguments are read in `main`, which also turns failures into exit codes; `training` has the
commands that read a corpus.
"""

import os
import sys
from argparse import Namespace
from dataclasses import asdict
from pathlib import Path
from typing import Any

from engine.cli.preparation import counted_beside, require_mixture
from engine.cli.scoring import score_column, score_words, show_totals
from engine.cli.terminal.output import Output, stop_on_signal
from engine.cli.terminal.texts import event_sentence, next_word_lines, references_line
from engine.config import FILTERS, SampleConfig
from engine.control import RunControl
from engine.errors import ConfigError, ModelFileError
from engine.language_model.formats import TUTORIAL_SUFFIX, WRITTEN_SUFFIXES, open_model, write_model
from engine.language_model.model import LanguageModel
from engine.language_model.results import NOTHING, SentenceGenerated
from engine.language_model.tutorial_npz import word_list_of
from engine.sampling.next_words import next_words
from engine.sampling.sampler import generate
from engine.scoring.replacement import best_replacement
from engine.scoring.scored_file import summed
from engine.scoring.scorer import score
from engine.tokenization.languages import describe_tokenizer
from engine.wording import counted, probability


def run_generate(arguments: Namespace) -> int:
    """Draw sentences, one per line."""
    config = SampleConfig(
        count=arguments.count,
        start=arguments.start,
        min_length=arguments.min_length,
        max_length=arguments.max_length,
        ladder=tuple(arguments.ladder),
        beams=arguments.beam,
        seed=arguments.seed,
        **_filters(arguments),
    )
    output = Output(as_json=arguments.json)
    model = open_model(arguments.model)
    require_mixture(arguments)
    with stop_on_signal(output) as control:
        model, _ = counted_beside(arguments, model, control, output)
        show_sentences(model, config, control, output)
        return control.exit_code


def run_next(arguments: Namespace) -> int:
    """List the most probable next words."""
    settings = SampleConfig(start=arguments.words, **_filters(arguments))
    output = Output(as_json=arguments.json)
    require_mixture(arguments)
    with stop_on_signal(output) as control:
        model, _ = counted_beside(arguments, open_model(arguments.model), control, output)
        if control.is_stopped:
            return control.exit_code
        following = next_words(model, settings, arguments.count, word=arguments.word)
    values = {"event": "next_words", **asdict(following)}
    output.answer(values, *next_word_lines(following))
    return 0


def _filters(arguments: Namespace) -> dict[str, Any]:
    return {name: getattr(arguments, name) for name in FILTERS}


def run_score(arguments: Namespace) -> int:
    """Compute the probability of each given sentence, or of each line of standard input."""
    output = Output(as_json=arguments.json)
    if arguments.csv is not None and (arguments.sentences or arguments.improve):
        raise ConfigError("Give sentences, or --csv and a file, not both.")
    if arguments.csv is not None and arguments.per_word and arguments.word_stats is not None:
        raise ConfigError("Ask for --per-word or for --word-stats, not for both at once.")
    if arguments.csv is None and arguments.word_stats is not None:
        raise ConfigError("The figures per word are of a file: give --csv with --word-stats.")
    given = [] if arguments.sentences == ["-"] else arguments.sentences
    if not all(text.strip() for text in given):
        raise ConfigError("A sentence without words has no probability. Give at least one word.")
    if arguments.csv is not None or arguments.per_word:
        require_mixture(arguments)
    with stop_on_signal(output) as control:
        model, table = counted_beside(arguments, open_model(arguments.model), control, output)
        if control.is_stopped:
            return control.exit_code
    if arguments.csv is not None:
        return score_column(arguments, model, output)
    lines = enumerate(given or (line.strip() for line in sys.stdin), start=1)
    texts = ((number, text) for number, text in lines if text)  # the number is that of the line
    scored, total = 0, NOTHING
    if arguments.per_word and not arguments.json:
        scored, total = score_words(model, texts, output, arguments.base)
    else:
        for _, text in texts:
            for event in score(model, text, table=table):
                output.show(event)
                total, scored = total + summed(event.score), scored + 1
            if arguments.improve:
                with stop_on_signal(output) as control:
                    for found in best_replacement(model, text, control):
                        output.show(found)
                    if control.is_stopped:
                        return control.exit_code
    if not scored:
        output.note("Nothing was scored: standard input had no sentence.")
    elif scored > 1 or arguments.per_word:
        show_totals(total, scored, output, arguments.base, is_result=arguments.per_word)
    return 0


def run_info(arguments: Namespace) -> int:
    """Describe a model file."""
    model = open_model(arguments.model)
    summary, references = model.summary, model.references
    values = {
        "event": "model_info",
        "title": model.title,
        "description": model.description,
        "step": model.step,
        "epoch": model.epoch,
        "parameters": model.parameters,
        "model_config": model.model_config.to_json(),
        "train_config": model.train_config.to_json(),
        "corpus": asdict(summary),
        "references": None if references is None else asdict(references),
    }
    lines = [
        model.description,
        (
            f"Text: {summary.name}, {counted(summary.sentences, 'sentence')}, "
            f"{counted(summary.words, 'word')}."
        ),
        f"Words: {describe_tokenizer(summary.tokenizer)}.",
    ]
    if references is not None:
        lines.append(f"Its held-out text. {references_line(references)}")
    lines += map(event_sentence, model.history.evaluations)
    Output(as_json=arguments.json).answer(values, *lines)
    return 0


def run_export(arguments: Namespace) -> int:
    """Write a model file in the format that the other file's ending says."""
    path: Path = arguments.file
    if path.suffix.lower() not in WRITTEN_SUFFIXES:
        known = ", ".join(WRITTEN_SUFFIXES)
        raise ModelFileError(f"{path.name} names no format. Give it one of the endings {known}.")
    written = [path]
    if path.suffix.lower() == TUTORIAL_SUFFIX:
        written.append(word_list_of(path))
    for each in written:
        if os.path.exists(each):  # noqa: PTH110 - pathlib's raises where a name is too long
            raise ModelFileError(f"{each} exists: it is left as it is. Give another name.")
    model = open_model(arguments.model)
    write_model(model, path)
    paths = [str(each) for each in written]
    line = f"{model.description} Written to {' and '.join(paths)}."
    Output(as_json=arguments.json).answer({"event": "model_written", "paths": paths}, line)
    return 0


def show_sentences(
    model: LanguageModel, config: SampleConfig, control: RunControl, output: Output
) -> None:
    """Draw sentences and name the seed if it was a fresh one."""
    drawn = None
    for event in generate(model, config, control):
        output.show(event)
        if isinstance(event, SentenceGenerated):
            drawn = event
    if drawn is None:
        return
    if drawn.started_with:
        share = probability(drawn.start_log_probability)
        output.note(f"Begun with {counted(drawn.started_with, 'word')} of probability {share}.")
    if config.seed is None and not (config.beams or drawn.settings.is_certain):
        output.note(f"Seed {drawn.seed}: give --seed {drawn.seed} for the same sentences.")
