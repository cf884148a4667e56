"""All controllers of work in the background, made and ended together."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Self

from app.generation.background.copies import CopiesController
from app.generation.background.file_scoring import FileScoringController
from app.generation.background.mixing import MixingController
from app.generation.background.percentile import PercentileController
from app.generation.background.ranking import RankingController
from app.generation.background.replacement import ReplacementController
from app.generation.background.surprise import SurpriseController
from app.generation.background.table import TableController
from app.generation.tab import GenerationTab
from app.tasks.controller import Surroundings
from app.tasks.task_runner import TaskRunner


@dataclass(frozen=True, slots=True, kw_only=True)
class BackgroundControllers:
    """One controller for each kind of work; its runner has the same name."""

    copies: CopiesController
    replacement: ReplacementController
    percentile: PercentileController
    surprise: SurpriseController
    table: TableController
    mixing: MixingController
    ranking: RankingController
    file_scoring: FileScoringController

    @classmethod
    def make(
        cls,
        tab: GenerationTab,
        runners: Mapping[str, TaskRunner],
        around: Surroundings,
    ) -> Self:
        """Connect every kind with its runner."""
        kinds = (
            CopiesController,
            ReplacementController,
            PercentileController,
            SurpriseController,
            TableController,
            MixingController,
            RankingController,
            FileScoringController,
        )
        made = {
            name: kind(tab, runners[name], around)
            for name, kind in zip(cls.names(), kinds, strict=True)
        }
        return cls(**made)  # type: ignore[arg-type]

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """Return the names of the kinds."""
        return tuple(field.name for field in fields(cls))

    def close(self) -> None:
        """Start nothing more: the window is closing."""
        for name in self.names():
            getattr(self, name).close()
