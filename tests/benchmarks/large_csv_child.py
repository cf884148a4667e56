"""The process that prepares the file of `tests.benchmarks.large_csv`; it writes JSON lines.

    python -m tests.benchmarks.large_csv_child FILE CACHE [STAGE SHARE]

With a stage, Cancel is asked for shortly after the stage has got so far.
"""

import json
import sys
import threading
import time
from pathlib import Path
from typing import Any

from engine import CorpusConfig, CorpusReady, RunControl, StageProgress, build_corpus

_AT_ONCE_S = 0.3  # where no stage is named
_SHORTLY_S = 0.02  # so that Cancel comes between two events


class WatchedControl(RunControl):
    """Notes when the work looks whether it is to stop.

    Attributes
    ----------
    stage : str
        That goes on.
    longest_gaps : dict of str to two floats
        The longest time between two looks in each stage, and the most processor time of
        this process between two; seconds.
    stopped_s : float or None
        When the stop was asked for.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stage = ""
        self.longest_gaps: dict[str, tuple[float, float]] = {}
        self.stopped_s: float | None = None
        self._last_s, self._last_work_s = time.monotonic(), time.process_time()

    def proceed(self) -> bool:
        now_s, work_s = time.monotonic(), time.process_time()
        longest_s, most_s = self.longest_gaps.get(self.stage, (0.0, 0.0))
        self.longest_gaps[self.stage] = (
            max(longest_s, now_s - self._last_s),
            max(most_s, work_s - self._last_work_s),
        )
        self._last_s, self._last_work_s = now_s, work_s
        return super().proceed()

    def stop(self) -> None:
        self.stopped_s = time.monotonic()
        super().stop()


def main() -> int:
    """Prepare, and cancel if asked to."""
    path, cache = map(Path, sys.argv[1:3])
    stage = sys.argv[3] if len(sys.argv) > 3 else None
    share = float(sys.argv[4]) if len(sys.argv) > 4 else 0.0
    control = WatchedControl()
    began_s = time.monotonic()
    if stage == "":
        threading.Timer(_AT_ONCE_S, control.stop).start()
    has_asked = stage in (None, "")
    end: dict[str, Any] = {}
    for event in build_corpus(CorpusConfig(path=path), control, cache_folder=cache):
        if isinstance(event, StageProgress):
            control.stage = event.stage
            _tell({"stage": event.stage, "at": time.monotonic(), "done": event.done})
            if not has_asked and event.stage == stage and event.done >= share * (event.total or 1):
                has_asked = True
                threading.Timer(_SHORTLY_S, control.stop).start()
        elif isinstance(event, CorpusReady):
            summary = event.corpus.summary
            end = {
                "documents": summary.documents,
                "words": summary.words,
                "different": summary.different_words,
                "duplicates": summary.duplicate_documents,
            }
    now_s = time.monotonic()
    if control.stopped_s is not None and not end:
        end["cancel_s"] = now_s - control.stopped_s
    end |= {"at": now_s, "seconds": now_s - began_s, "longest_gaps": control.longest_gaps}
    _tell(end)
    return 0


def _tell(values: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(values) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":  # not in the processes that split text into words
    sys.exit(main())
