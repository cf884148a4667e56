"""Which kept run the session's model comes from, and how much of it is on the disk."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrentRun:
    """The run that is trained now, was trained last, or was opened."""

    run_id: str
    name: str = ""  # "" until it is known
    saved_step: int | None = None  # of the newest checkpoint
    saved_at: str = ""  # the time of day of that, for the status
    is_recovered: bool = False  # it was interrupted, and is neither continued nor saved yet
