"""The runners of the window, by the kind of work: each kind may go on beside the others."""

from dataclasses import dataclass, fields

from app.tasks.task_runner import TaskRunner


@dataclass(frozen=True, slots=True, kw_only=True)
class Runners:
    """One runner for each kind of work that may go on beside the others."""

    dataset: TaskRunner
    sentences: TaskRunner
    vocabulary: TaskRunner
    references: TaskRunner
    training: TaskRunner
    tools: TaskRunner
    generation: TaskRunner
    scoring: TaskRunner
    next_words: TaskRunner
    suggestions: TaskRunner
    copies: TaskRunner
    replacement: TaskRunner
    percentile: TaskRunner
    surprise: TaskRunner
    table: TaskRunner
    mixing: TaskRunner
    ranking: TaskRunner
    file_scoring: TaskRunner
    models: TaskRunner
    runs: TaskRunner
    prepared_texts: TaskRunner
    warm_up: TaskRunner

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """Return the names of the runners."""
        return tuple(field.name for field in fields(cls))

    def all_but_warm_up(self) -> tuple[TaskRunner, ...]:
        """Return the runners of jobs that a person started."""
        return tuple(getattr(self, name) for name in self.names() if name != "warm_up")
