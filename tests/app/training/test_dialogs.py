"""The questions of the training tab: only a clear yes loses a model."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from app.training.dialogs import TrainingDialogs


@pytest.mark.parametrize(
    ("button", "replaces"),
    [
        (QMessageBox.StandardButton.Discard, True),
        (QMessageBox.StandardButton.Cancel, False),
        (QMessageBox.StandardButton.NoButton, False),
    ],
)
def test_that_only_discarding_replaces_an_unsaved_model(
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    button: QMessageBox.StandardButton,
    replaces: bool,
) -> None:
    monkeypatch.setattr(QMessageBox, "warning", lambda *_args: button)

    assert TrainingDialogs().ask_replace_unsaved() is replaces


@pytest.mark.parametrize(("chosen", "path"), [("/x/m.csv", Path("/x/m.csv")), ("", None)])
def test_that_no_name_means_no_export(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, chosen: str, path: Path | None
) -> None:
    answer = QFileDialog.DialogCode.Accepted if chosen else QFileDialog.DialogCode.Rejected
    monkeypatch.setattr(QFileDialog, "exec", lambda _dialog: answer)
    monkeypatch.setattr(QFileDialog, "selectedFiles", lambda _dialog: [chosen])

    assert TrainingDialogs().ask_metrics_path(Path("metrics.csv")) == path
