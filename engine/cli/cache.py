"""The command `cache`: where prepared texts are kept, what they are, and how to be rid of them."""

import time
from argparse import Namespace
from dataclasses import asdict

from engine.cli.terminal.output import Output
from engine.corpus.kept.cache import CachedCorpora, clear_cached_corpora, list_cached_corpora
from engine.wording import counted, size_text

_NOUN = "prepared text"


def run_cache(arguments: Namespace) -> int:
    """List or clear the prepared texts and return the exit code."""
    output = Output(as_json=arguments.json)
    if arguments.action == "clear":
        return _clear(output)
    _list(list_cached_corpora(), output)
    return 0


def _clear(output: Output) -> int:
    done = clear_cached_corpora()
    values = {"event": "cache_cleared", **asdict(done), "folder": str(done.folder)}
    deleted = counted(done.count, _NOUN)
    output.answer(values, f"{deleted} deleted from {done.folder}: {size_text(done.size)}.")
    if done.left:
        output.note(
            f"{counted(done.left, _NOUN)} could not be deleted: another program may use them. "
            "Close it and try again."
        )
    return 1 if done.left else 0


def _list(kept: CachedCorpora, output: Output) -> None:
    values = {"folder": str(kept.folder), "size": kept.size}
    lines = [
        (
            f"{kept.folder}: {counted(len(kept.texts), _NOUN)}, {size_text(kept.size)} of at most "
            f"{size_text(kept.most_bytes)}."
        )
    ]
    for text in kept.texts:
        used = time.strftime("%Y-%m-%d %H:%M", time.localtime(text.used_at))
        name = text.name or "(damaged)"
        lines.append(f"{size_text(text.size):>10}  used {used}  {name}")
    output.answer({"event": "cache", **asdict(kept), **values}, *lines)
