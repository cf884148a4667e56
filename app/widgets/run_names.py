"""Names that tell runs apart: those of the same name are numbered, the oldest first."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine import RunInfo


def numbered_names(runs: "Sequence[RunInfo]") -> dict[str, str]:
    """Return the name of each run by its id, such as "comments.csv (2)" where two are alike."""
    alike = Counter(run.name for run in runs)
    seen: Counter[str] = Counter()
    names: dict[str, str] = {}
    for run in sorted(runs, key=lambda each: (each.started, each.run_id)):
        seen[run.name] += 1
        number = f" ({seen[run.name]})" if alike[run.name] > 1 else ""
        names[run.run_id] = f"{run.name}{number}"
    return names
