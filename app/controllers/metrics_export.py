"""Write the metrics of a run and tell the user how that went."""

from pathlib import Path

from app.errors import ErrorPresenter
from app.shared.formatting import counted
from app.state.loss_history import LossHistory
from app.state.metrics_file import write_metrics


def export_metrics(history: LossHistory, path: Path, presenter: ErrorPresenter) -> None:
    """Write `history` to `path`; a failure leaves the old file and is shown."""
    try:
        rows = write_metrics(history, path)
    except OSError as error:
        reason = error.strerror or str(error)
        presenter.show_message(
            f"The metrics could not be written to {path}: {reason}. "
            "Choose another folder or name, or make room on the disk.",
            "error",
        )
        return
    presenter.show_message(f"{counted(rows, 'row')} of metrics are in {path}.", "info")
