"""Prepare a CSV of a gigabyte: memory, progress, speed, and how soon Cancel is heard.

    python -m tests.benchmarks.large_csv --megabytes 1000 [--part prepare|cancel]
                                         [--all-text] [--folder FOLDER]

The file is made of the sentences of the film reviews (of the sample comments where they
are not there) in new orders: every document is another one, each with a word of its own,
and of the other columns about two fifths, as in a dump of comments; --all-text leaves
these out. It is read by the real engine in a process of its own, watched from here, on
Linux. `tests.benchmarks.large_csv_child` is that process.

Late instants of Cancel are measured on a file of a twentieth: to reach them takes a whole
preparation each. For the whole file the longest time between two looks at Cancel is
printed for every stage, which bounds what a person waits at any instant.
"""

import argparse
import csv
import gzip
import io
import json
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine import sample_comments_path
from tests.benchmarks.places import REVIEWS

_SENTENCES, _SPREAD = 2.0, 0.9  # of a document: mean and deviation of the logarithm
_ROWS_BETWEEN_LOOKS = 1000  # at the size
_PROMISED_S = 1.0
_SMALLEST_PART = 40  # MB: smaller ones are kept too fast
_LOOK_EVERY_S = 0.1
# Stage, share of it, and what it is called: on the whole file, and on a part of it.
_EARLY = (
    ("", 0.0, "0.3 s after the start"),
    ("Reading the file", 0.0, "reading the first rows"),
    ("Learning where sentences end", 0.3, "learning sentence ends"),
    ("Splitting into sentences and words", 0.01, "splitting, 1 %"),
)
_LATE = (
    ("Counting words", 0.5, "counting, 50 %"),
    ("Keeping the prepared text for the next time", 0.3, "keeping, 30 %"),
)
_AGAIN = (("Opening the prepared text", 0.5, "opening it again, 50 %"),)


@dataclass
class Watched:
    """What was seen of one preparation."""

    events: list[dict[str, Any]] = field(default_factory=list)
    end: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0  # of the process
    most: dict[str, int] = field(default_factory=dict)  # kB, see `_Memory`


def main() -> int:
    """Make the file, prepare it, cancel it; return 1 if Cancel was heard too late."""
    options = _arguments()
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name)
        path = folder / "large.csv"
        began_s = time.monotonic()
        share = make_csv(path, options.megabytes * 10**6, has_columns=not options.all_text)
        print(
            f"{path.stat().st_size / 1e6:,.0f} MB, {share:.0%} of it text, made in "
            f"{time.monotonic() - began_s:.0f} s.",
            flush=True,
        )
        slowest_s = 0.0
        if options.part != "prepare":
            slowest_s = _cancel(path, folder, _EARLY, "of this file")
        if options.part != "cancel":
            _prepare(path, folder / "kept")
        if options.part != "prepare":
            part = folder / "part.csv"
            size = min(options.megabytes, max(_SMALLEST_PART, options.megabytes // 20))
            make_csv(part, size * 10**6, has_columns=not options.all_text)
            slowest_s = max(slowest_s, _cancel(part, folder / "again", _LATE, f"of {size} MB"))
            if options.part is None:  # what was prepared is there
                slowest_s = max(slowest_s, _cancel(path, folder / "kept", _AGAIN, "of this file"))
            print(f"Slowest Cancel: {slowest_s:.2f} s; promised: {_PROMISED_S:.0f} s.")
    return int(slowest_s > _PROMISED_S)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--megabytes", type=int, default=100)
    parser.add_argument("--part", choices=("prepare", "cancel"), help="default: both")
    parser.add_argument("--all-text", action="store_true", help="no columns beside the text")
    parser.add_argument("--folder", type=Path, help="for the files, three times the size in all")
    return parser.parse_args()


def make_csv(path: Path, size: int, *, has_columns: bool) -> float:
    """Write a CSV of `size` bytes whose documents all differ; return the share of text in it."""
    chance = random.Random(0)
    pool = list(sentences_of_reviews())
    text_bytes = number = 0
    with path.open("w", encoding="utf-8", newline="", buffering=1 << 20) as file:
        writer = csv.writer(file)
        writer.writerow(["id", "author", "link", "created", "text"] if has_columns else ["text"])
        while number % _ROWS_BETWEEN_LOOKS or file.tell() < size:
            text = _document(chance, pool, number)
            text_bytes += len(text.encode())
            columns = _columns(chance, number, len(text)) if has_columns else []
            writer.writerow([*columns, text])
            number += 1
        return text_bytes / file.tell()


def sentences_of_reviews() -> Iterator[str]:
    packed = REVIEWS.is_file()
    data = gzip.decompress(REVIEWS.read_bytes()) if packed else sample_comments_path().read_bytes()
    for row in csv.DictReader(io.StringIO(data.decode("utf-8"), newline="")):
        text = row.get("text") or row.get("body") or ""
        yield from (piece for piece in text.split("  ") if piece.strip())


def _document(chance: random.Random, pool: list[str], number: int) -> str:
    count = max(1, min(200, round(chance.lognormvariate(_SENTENCES, _SPREAD))))
    parts = chance.choices(pool, k=count)
    parts[chance.randrange(count)] += f" said {_name(number)}."
    return ("\n\n" if chance.random() < 0.1 else " ").join(parts)


def _name(number: int) -> str:
    """Return a word that no other document has."""
    letters = ""
    while number or not letters:
        number, digit = divmod(number, 20)
        letters += "bcdfghjklmnpqrstvwxz"[digit] + "aeiou"[digit % 5]
    return letters.capitalize()


def _columns(chance: random.Random, number: int, length: int) -> list[str]:
    link = "https://www.example.org/" + "/".join(
        f"{chance.getrandbits(32):08x}" for _ in range(2 + length // 16)
    )
    return [f"t1_{number:08x}", f"user_{chance.randrange(10**5)}", link, str(1438387200 + number)]


def _prepare(path: Path, cache: Path) -> None:
    first = watch(path, cache)
    print(_as_table(first))
    end = first.end
    print(
        f"{end['documents']:,} documents, {end['words']:,} words, {end['different']:,} different, "
        f"{end['duplicates']:,} duplicates: {end['seconds']:.1f} s, "
        f"{end['words'] / end['seconds']:,.0f} words/s."
    )
    print(_memory_line(first))
    again = watch(path, cache)
    print(
        f"Opened again in {again.end['seconds']:.1f} s "
        f"({end['seconds'] / again.end['seconds']:.0f} times as fast). {_memory_line(again)}"
    )


def _as_table(watched: Watched) -> str:
    lines = [
        f"{'stage':<46} {'seconds':>8} {'events':>7} {'silence':>8} {'look':>8} {'of work':>8}",
    ]
    times = [event["at"] for event in watched.events]
    for stage in dict.fromkeys(event["stage"] for event in watched.events):
        places = [k for k, event in enumerate(watched.events) if event["stage"] == stage]
        after = [*times, watched.end["at"]]
        gaps = [after[k + 1] - after[k] for k in places]
        look_s, work_s = watched.end["longest_gaps"].get(stage, (0.0, 0.0))
        lines.append(
            f"{stage:<46} {sum(gaps):8.1f} {len(places):7,} {max(gaps):6.2f} s {look_s:6.2f} s "
            f"{work_s:6.2f} s"
        )
    lines.append(
        "(silence: the longest between two events; look: between two looks at Cancel; of work: the "
        "same in processor time, which says more where other programs are busy)"
    )
    return "\n".join(lines)


def _memory_line(watched: Watched) -> str:
    most = {name: kilobytes / 1000 for name, kilobytes in watched.most.items()}
    return (
        f"Peak memory: {most['own']:.0f} MB of the process's own ({most['resident']:.0f} MB with "
        f"the mapped files), {most['helper']:.0f} MB the largest helper, {most['all']:.0f} MB own "
        "memory of all together."
    )


def _cancel(path: Path, folder: Path, instants: Any, where: str) -> float:
    """Cancel at each instant; return the slowest."""
    slowest_s = 0.0
    for stage, share, name in instants:
        watched = watch(path, folder, stage=stage, share=share)
        seconds = watched.end.get("cancel_s")
        if seconds is None:
            print(f"Cancel, {name} {where}: the preparation ended before it.")
            continue
        slowest_s = max(slowest_s, seconds)
        print(f"Cancel, {name} {where}: {seconds:.2f} s to the end.", flush=True)
    return slowest_s


def watch(path: Path, cache: Path, *, stage: str | None = None, share: float = 0.0) -> Watched:
    """Prepare `path` in a process and look at it until it ends; `stage` "" cancels at once."""
    command = [sys.executable, "-m", "tests.benchmarks.large_csv_child", str(path), str(cache)]
    if stage is not None:
        command += [stage, str(share)]
    watched, began_s = Watched(), time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        memory = _Memory(process.pid)
        memory.start()
        assert process.stdout is not None
        for line in process.stdout:
            event = json.loads(line)
            if "stage" in event:
                watched.events.append(event)
            else:
                watched.end = event
        process.wait()
        memory.stop()
    if process.returncode or not watched.end:
        raise RuntimeError(f"the process ended with {process.returncode}")
    watched.seconds, watched.most = time.monotonic() - began_s, memory.most
    return watched


class _Memory(threading.Thread):
    """Note the largest memory of a process and of those that it starts, ten times per second.

    Attributes
    ----------
    most : dict of str to int
        In kB: "own" and "resident" of the process (resident memory holds mapped files too,
        which the system takes back when it needs it), "helper" the largest of the others,
        "all" the own memory of all at once.
    """

    def __init__(self, process: int) -> None:
        super().__init__(daemon=True)
        self._process, self._is_over = process, threading.Event()
        self.most = dict.fromkeys(("own", "resident", "helper", "all"), 0)

    def run(self) -> None:
        while not self._is_over.wait(_LOOK_EVERY_S):
            own, resident = _status(self._process)
            helpers = [_status(each)[0] for each in _descendants(self._process)]
            for name, size in (
                ("own", own),
                ("resident", resident),
                ("helper", max(helpers, default=0)),
                ("all", own + sum(helpers)),
            ):
                self.most[name] = max(self.most[name], size)

    def stop(self) -> None:
        self._is_over.set()
        self.join()


def _status(process: int) -> tuple[int, int]:
    """Return the own and the resident memory, kB; 0 where the process is gone."""
    try:
        text = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    except OSError:
        return 0, 0
    lines = (line.partition(":") for line in text.splitlines() if line.endswith("kB"))
    values = {name: rest.split()[0] for name, _, rest in lines}
    own = int(values.get("RssAnon", 0)) + int(values.get("RssShmem", 0))
    return own, int(values.get("VmRSS", 0))


def _descendants(process: int) -> list[int]:
    found: list[int] = []
    for children in Path(f"/proc/{process}/task").glob("*/children"):
        try:
            direct = [int(word) for word in children.read_text(encoding="ascii").split()]
        except OSError:
            continue
        found += [each for child in direct for each in (child, *_descendants(child))]
    return found


if __name__ == "__main__":
    sys.exit(main())
