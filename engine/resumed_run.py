"""A kept run, ready to go on exactly where its last checkpoint was taken.

It is loaded only by what trains: it needs PyTorch.
"""

from typing import TYPE_CHECKING

from engine.errors import RunError
from engine.kept_run import KeptRun
from engine.run_folder import RunFolder, cannot
from engine.run_info import end_of
from engine.run_lock import RunLock
from engine.training.schedule import has_converged
from engine.training.state import load_state, with_settings
from engine.training.trainer import Trainer
from engine.wording import counted

if TYPE_CHECKING:
    from engine.corpus.corpus import Corpus
    from engine.training.state import TrainingState


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
        state = state_to_resume(
            folder, epochs=epochs, time_limit_s=time_limit_s, learning_rate=learning_rate
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


def state_to_resume(
    folder: RunFolder,
    *,
    epochs: int | None,
    time_limit_s: float | None,
    learning_rate: float | None,
) -> "TrainingState":
    """Return the state that the run goes on with; raise `RunError` if nothing is left to do."""
    before = load_state(folder.state_path)
    state = with_settings(
        before, epochs=epochs, time_limit_s=time_limit_s, learning_rate=learning_rate
    )
    is_finished = end_of(folder) == "finished"
    is_whole = state.progress.epoch > state.last_epoch
    is_same = epochs is None and learning_rate is None
    done = before.epochs_done - before.progress.first_epoch - before.progress.epoch_part_before
    if is_finished and _has_converged(before) and learning_rate is None:
        raise RunError(
            f"The run converged after {counted(done, 'epoch')}: its learning rate was halved until "
            "nothing changed any more. More epochs would change nothing; to go on, give it a new "
            f"learning rate, such as --learning-rate {before.progress.first_rate / 10.0:g}."
        )
    if is_finished and (is_same or is_whole):
        raise RunError(
            f"The run has finished its {counted(before.train_config.epochs, 'epoch')}. "
            f"{_more_epochs(before)}"
        )
    if epochs is not None and is_whole:
        raise RunError(
            f"The run has trained {counted(done, 'epoch')} already: {epochs:,} in all leave "
            f"nothing to do. {_more_epochs(before)}"
        )
    return state


def _has_converged(state: "TrainingState") -> bool:
    progress = state.progress
    recipe = state.train_config.recipe
    return has_converged(recipe, progress.learning_rate, progress.first_rate)


def _more_epochs(state: "TrainingState") -> str:
    wanted = max(2 * state.train_config.epochs, state.progress.epoch - state.progress.first_epoch)
    return f"To go on, give it more epochs in all, such as --epochs {wanted}."


def _renewed(folder: RunFolder, state: "TrainingState") -> dict[str, object]:
    """Say in the folder that the run goes on, with the settings that hold now."""
    facts = folder.read_json(folder.facts_path) | {"train_config": state.train_config.to_json()}
    status = folder.read_json(folder.status_path) | {"state": "running", "message": ""}
    folder.write_json(folder.facts_path, facts)
    folder.write_json(folder.status_path, status)
    return facts
