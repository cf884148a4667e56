"""A kept run, ready to go on exactly where its last checkpoint was taken.

It is loaded only by what trains: it needs PyTorch.
"""

from typing import TYPE_CHECKING

from engine.errors import RunError
from engine.kept_run import KeptRun
from engine.run_folder import RunFolder, cannot
from engine.run_info import end_of
from engine.run_lock import RunLock
from engine.state_file import load_state
from engine.trainer import Trainer
from engine.training_state import with_settings

if TYPE_CHECKING:
    from engine.corpus_data import Corpus
    from engine.training_state import TrainingState


def resumed_run(
    folder: RunFolder,
    lock: RunLock,
    corpus: "Corpus",
    *,
    epochs: int | None,
    time_limit_s: float | None,
    learning_rate: float | None,
) -> KeptRun:
    """Return the run of `folder` with the settings that are not None; see `RunStore.resume`.

    The lock is the run's from then on; it is released if anything is raised.
    """
    try:
        state = with_settings(
            load_state(folder.state_path),
            epochs=epochs,
            time_limit_s=time_limit_s,
            learning_rate=learning_rate,
        )
        is_same = epochs is None and learning_rate is None
        is_whole = state.progress.epoch > state.last_epoch
        if end_of(folder) == "finished" and (is_same or is_whole):
            raise RunError(
                f"The run has finished its {state.train_config.epochs:,} epochs. To go on, "
                "give it more epochs."
            )
        trainer = Trainer.resumed(corpus, state)
        facts = _renewed(folder, state)
    except BaseException as error:
        lock.release()
        if isinstance(error, OSError):
            raise cannot("go on with", folder.path, error) from error
        raise
    best = state.model("best") if state.best else None
    return KeptRun(trainer, folder, facts, lock=lock, best=best)


def _renewed(folder: RunFolder, state: "TrainingState") -> dict[str, object]:
    """Say in the folder that the run goes on, with the settings that hold now."""
    facts = folder.read_json(folder.facts_path) | {"train_config": state.train_config.to_json()}
    status = folder.read_json(folder.status_path) | {"state": "running", "message": ""}
    folder.write_json(folder.facts_path, facts)
    folder.write_json(folder.status_path, status)
    return facts
