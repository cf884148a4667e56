"""The generation tab on benches of its own."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from pytestqt.qtbot import QtBot

from tests.app.support.generation_fakes import GenerationBench, fake_model, make_bench

MakeBench: TypeAlias = Callable[..., GenerationBench]


@pytest.fixture
def open_bench(qtbot: QtBot, settings_path: Path) -> Iterator[MakeBench]:
    """Return what makes a tab without a model; its jobs end with the test."""
    benches: list[GenerationBench] = []

    def open_one(**options: Any) -> GenerationBench:
        bench = make_bench(settings_path, **options)
        benches.append(bench)
        qtbot.addWidget(bench.tab)
        bench.tab.resize(1200, 800)  # a usual window
        bench.tab.show()
        return bench

    yield open_one
    for bench in benches:
        bench.scoring.close()
        bench.next_words.close()
        bench.suggestions.close()
        bench.background.close()
        assert bench.runner.shutdown()
        assert bench.score_runner.shutdown()
        assert bench.next_runner.shutdown()
        assert bench.suggestions_runner.shutdown()
        assert all(runner.shutdown() for runner in bench.runners.values())


@pytest.fixture
def bench(open_bench: MakeBench) -> GenerationBench:
    bench = open_bench()
    bench.session.set_model(fake_model())
    return bench
