"""Figures that tests measure, collected and printed at the end of a full run."""

import pytest

from tests.integration.scale import FULL, SEED, Report

_FIGURE = "figure"


@pytest.fixture
def report(request: pytest.FixtureRequest) -> Report:
    """Take a sentence with a figure for the summary at the end."""

    def add(sentence: str) -> None:
        request.node.user_properties.append((_FIGURE, sentence))

    return add


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]
    figures = [
        value
        for report in reports
        if report.when == "call"
        for name, value in report.user_properties
        if name == _FIGURE
    ]
    if not FULL or not figures:
        return
    terminalreporter.section(f"figures (seed {SEED})")
    for figure in figures:
        terminalreporter.write_line(str(figure))
