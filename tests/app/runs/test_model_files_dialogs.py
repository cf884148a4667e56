"""The dialogs that open and save a model, without showing them."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QDialog, QFileDialog
from pytestqt.qtbot import QtBot

from app.runs.model_files import ModelDialogs


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("", "comments.safetensors"),
        ("ONNX", "comments.onnx"),
        ("Word vectors", "comments.vec"),
        ("tutorial", "comments.npz"),
        ("All files", "comments.safetensors"),
    ],
)
def test_that_the_name_has_the_ending_of_the_chosen_kind(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, name: str
) -> None:
    def choose(dialog: QFileDialog) -> int:
        for each in dialog.nameFilters():
            if kind and kind in each:
                dialog.filterSelected.emit(each)
        return QDialog.DialogCode.Accepted

    monkeypatch.setattr(QFileDialog, "exec", choose)

    path = ModelDialogs().ask_save_path(tmp_path / "comments.safetensors")

    assert path == tmp_path / name


def test_that_a_model_of_the_tutorials_kind_stays_one_unless_another_is_chosen(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kinds: list[str] = []

    def accept(dialog: QFileDialog) -> int:
        kinds.append(dialog.selectedNameFilter())
        return QDialog.DialogCode.Accepted

    monkeypatch.setattr(QFileDialog, "exec", accept)

    assert ModelDialogs().ask_save_path(tmp_path / "a.npz") == tmp_path / "a.npz"
    assert ModelDialogs().ask_save_path(tmp_path / "a.b") == tmp_path / "a.b"
    assert kinds == ["The tutorial's parameters (*.npz)", "Models (*.safetensors)"]


def test_that_a_question_that_is_given_up_has_no_answer(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "exec", lambda _dialog: QDialog.DialogCode.Rejected)

    assert ModelDialogs().ask_save_path(tmp_path / "comments.safetensors") is None
