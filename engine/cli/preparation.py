"""A text for a command: prepared from files or standard input, or counted beside a model.

Nothing of training is loaded here.
"""

import contextlib
import sys
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from engine.cli.settings.configs import is_standard_input
from engine.cli.terminal.output import Output
from engine.cli.terminal.texts import evaluated_lines, reading_hints
from engine.config import CorpusConfig, CsvConfig
from engine.control import Notice, RunControl, result_of
from engine.corpus.build import build_corpus
from engine.corpus.corpus import Corpus, CorpusReady
from engine.corpus.kept.cache import corpus_cache_folder
from engine.errors import ConfigError, CorpusError
from engine.files.atomic import explain_os_error
from engine.language_model.counted_text import (
    count_table,
    fit_mixture,
    split_as_trained,
    unknown_split,
)
from engine.language_model.model import LanguageModel
from engine.language_model.ngram import NGramModel
from engine.tokenization.reading import Reading

_READ_AT_ONCE = 1 << 20  # bytes of standard input


def prepare(
    config: CorpusConfig,
    control: RunControl,
    output: Output,
    *,
    uses_cache: bool = True,
    is_only_measured: bool = False,
    reading: Reading | None = None,
) -> Corpus | None:
    """Return the corpus, or None after a stop; of one that is measured no vocabulary is told."""
    corpus = None
    folder = corpus_cache_folder() if uses_cache else None
    for event in build_corpus(config, control, cache_folder=folder, reading=reading):
        if isinstance(event, CorpusReady):
            corpus = event.corpus
        if corpus is None or output.as_json or not is_only_measured:
            output.show(event)
            continue
        for line in evaluated_lines(corpus):
            output.note(line)
    if corpus is not None:
        for hint in reading_hints(corpus):
            output.show(hint)
    return corpus


@contextlib.contextmanager
def text_at_hand(config: CorpusConfig, control: RunControl) -> Iterator[CorpusConfig]:
    """Give `config` with a file that can be read twice, also for a text on standard input."""
    if not is_standard_input(config.path):
        yield config
        return
    with TemporaryDirectory(prefix="rnn-text-lab-") as folder:
        path = Path(folder) / "standard input.csv"
        try:
            with path.open("wb") as file:
                while control.proceed() and (data := sys.stdin.buffer.read(_READ_AT_ONCE)):
                    file.write(data)
        except OSError as error:
            raise CorpusError(
                f"Standard input could not be kept in {folder} while it is read, because "
                f"{explain_os_error(error)}."
            ) from error
        yield replace(config, path=path)


def counted_beside(
    arguments: Namespace, model: LanguageModel, control: RunControl, output: Output
) -> tuple[LanguageModel, NGramModel | None]:
    """Count a table on the text of `--count-on`, and mix it with the model for `--mixture`.

    Returns
    -------
    model : LanguageModel
        Itself, or with the mixture, which is told.
    table : NGramModel or None
        None where none was asked for, and after a stop.
    """
    if arguments.count_on is None:
        if arguments.mixture:
            raise ConfigError(
                "A mixture counts word sequences, and the model's file has none: name a text with "
                "--count-on FILE, best the one that the model was trained on."
            )
        return model, None
    config = CorpusConfig(
        path=arguments.count_on,
        csv=CsvConfig(columns=tuple(getattr(arguments, "column", None) or ())),
        tokenizer=model.summary.tokenizer,
        vocabulary_size=sys.maxsize,
        min_count=1,
        counted="all",
    )
    corpus = prepare(config, control, output, is_only_measured=True, reading=model.reading_of_texts)
    if corpus is None:
        return model, None
    divided = split_as_trained(model, corpus)
    if divided is None:
        output.show(Notice(text=unknown_split(corpus)))
    corpus = divided or corpus
    if not arguments.mixture:
        return model, result_of(count_table(model, corpus, control), output.show)
    mixture = result_of(fit_mixture(model, corpus, control), output.show)
    if mixture is None:
        return model, None
    output.note(mixture.description)
    return replace(model, mixture=mixture), mixture.table


def require_mixture(arguments: Namespace) -> None:
    """Refuse a text to count on where nothing is shown of it alone."""
    if arguments.count_on is not None and not arguments.mixture:
        raise ConfigError(
            "--count-on shows a table of word sequences beside the score of whole sentences; here "
            "it goes with --mixture."
        )
