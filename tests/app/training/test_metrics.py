"""The exported figures: everything of the run, in one table."""

import csv
from pathlib import Path

from app.errors import ErrorPresenter
from app.training.metrics import HEADER, export_metrics
from app.training.plot.loss_history import LossHistory
from tests.app.support.training_fakes import epoch_done, fake_model, halved, loss_point


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_that_points_evaluations_and_halvings_are_all_exported(tmp_path: Path) -> None:
    history = LossHistory()
    history.append(loss_point(10, 7.5))
    history.add_epoch(epoch_done(1, 6.5))
    history.add_halving(halved(1, 0.001))

    export_metrics(history, tmp_path / "metrics.csv", ErrorPresenter())

    rows = read(tmp_path / "metrics.csv")
    assert len(rows) == 3
    assert tuple(rows[0]) == HEADER
    assert rows[0]["training_loss"] == "7.5"
    assert rows[0]["learning_rate"] == "0.002"
    assert (rows[1]["validation_loss"], rows[1]["note"]) == ("6.5", "best")
    assert rows[2]["note"] == "The loss rose to 5.100."


def test_that_what_a_stored_model_does_not_know_is_left_blank(tmp_path: Path) -> None:
    history = LossHistory()
    history.restore(fake_model(points=2).history)

    export_metrics(history, tmp_path / "metrics.csv", ErrorPresenter())

    assert [row["words_per_s"] for row in read(tmp_path / "metrics.csv")] == ["", ""]
