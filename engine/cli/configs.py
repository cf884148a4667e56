"""From arguments to the records that say how a text is read; `main` has the arguments."""

import re
from argparse import Namespace
from pathlib import Path

from engine.config import CorpusConfig, CsvConfig, TokenizerConfig
from engine.errors import ConfigError

_ESCAPES = re.compile(r"\\(t|n|x[0-9a-fA-F]{2})")  # as a delimiter may be typed


def is_standard_input(path: Path) -> bool:
    """Tell whether a text is to come on standard input: its name is a dash."""
    return str(path) == "-"


def file_config(arguments: Namespace) -> CorpusConfig:
    """Return how the file is to be read; words and vocabulary are the command's own."""
    header = True if arguments.header else False if arguments.no_header else None
    path, *others = arguments.csv
    if others and any(map(is_standard_input, arguments.csv)):
        raise ConfigError("Standard input (-) is a text of its own: give it without other files.")
    return CorpusConfig(
        path=path,
        others=tuple(others),
        bad_files=arguments.bad_files,
        csv=CsvConfig(
            columns=tuple(arguments.column or ()),
            has_header=header,
            encoding=arguments.encoding,
            delimiter=_delimiter(arguments.delimiter),
            skip_rows=arguments.skip_rows,
            quoting=arguments.quoting,
            sheet=arguments.sheet,
            documents=arguments.documents,
            decode_entities=arguments.decode_entities,
            bad_rows=arguments.bad_rows,
        ),
        remove_duplicates=arguments.remove_duplicates,
        seed=getattr(arguments, "seed", 0),
        processes=arguments.processes,
    )


def tokenizer_config(arguments: Namespace) -> TokenizerConfig:
    """Return how words are to be found."""
    name = arguments.tokenizer
    if arguments.lower_case and name != "words":
        raise ConfigError("--lower-case goes with --tokenizer words; the others have their own.")
    return TokenizerConfig(
        name=name,
        language=arguments.language,
        lower_case=arguments.lower_case,
        merge_numbers=arguments.merge_numbers,
        merge_links=arguments.merge_links,
        unknown_word=arguments.unknown_word,
    )


def _delimiter(typed: str | None) -> str | None:
    r"""Return a delimiter with a tab for \\t, a line end for \\n, and others for their number."""
    if typed is None:
        return None
    return _ESCAPES.sub(
        lambda found: {"t": "\t", "n": "\n"}.get(found[1]) or chr(int(found[1][1:], 16)), typed
    )
