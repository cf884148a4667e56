"""The command `runs`: list kept training runs, resume one, or change it."""

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from engine.cli.places import require_consent, require_place
from engine.cli.preparation import prepare
from engine.cli.ranks import follow_along, joined, text_for
from engine.cli.repeating import run_settings, train_command
from engine.cli.terminal.output import Output, stop_on_signal
from engine.cli.training import (
    require_kept,
    resume_command,
    show_references,
    train_and_save,
    with_way_out,
)
from engine.errors import ConfigError, RunError
from engine.language_model.checkpoint import save_model
from engine.runs.info import RunInfo, know_the_same_words
from engine.runs.store import RunStore
from engine.wording import counted, duration

_MOST_NAMED = 5  # ids in a message
_USERS = {  # the one action that uses an option
    **dict.fromkeys(("epochs", "time_limit", "learning_rate", "text_file"), "resume"),
    **dict.fromkeys(("rank", "ranks", "rendezvous"), "resume"),
    **dict.fromkeys(("best", "at_epoch", "force"), "export"),
}


def run_runs(arguments: Namespace) -> int:
    """Do what the action says and return the exit code."""
    _refuse_unused(arguments)
    if arguments.action == "resume" and (code := follow_along(arguments)) is not None:
        return code
    store, output = RunStore(arguments.data_folder), Output(as_json=arguments.json)
    if arguments.action in ("list", "trash"):
        _list(store, output, in_trash=arguments.action == "trash")
        return 0
    if arguments.run is None:
        what = "list the epochs of" if arguments.action == "epochs" else arguments.action
        raise RunError(f"Say which run to {what}: its id, or 'last'. 'runs' lists all.")
    if arguments.action == "restore":
        deleted = _find(store.list(in_trash=True), arguments.run, in_trash=True)
        name = store.restore(deleted.run_id).name
        _tell(output, "restore", deleted.run_id, f"{name} is back.")
        return 0
    run = _find(store.list(), arguments.run)
    if arguments.action == "resume":
        return _resume(store, run, arguments, output)
    if arguments.action == "epochs":
        _list_epochs(store, run, output)
        return 0
    if arguments.action in ("command", "config"):
        _show_repeating(run, output, as_file=arguments.action == "config")
        return 0
    _tell(output, arguments.action, *_change(store, run, arguments))
    return 0


def _refuse_unused(arguments: Namespace) -> None:
    """Raise `ConfigError` for what the action would silently leave out."""
    action: str = arguments.action
    for option, user in _USERS.items():
        if getattr(arguments, option) not in (None, False) and action != user:
            name = option.replace("_", "-")
            raise ConfigError(f"--{name} is of 'runs {user}', not of 'runs {action}'.")
    if arguments.run is not None and action in ("list", "trash"):
        raise ConfigError(f"'runs {action}' lists all runs and takes no '{arguments.run}'.")
    if arguments.text and action not in ("export", "rename", "note", "tag", "duplicate"):
        raise ConfigError(f"'runs {action}' takes one run and no '{arguments.text}'.")


def _tell(output: Output, action: str, run_id: str, text: str) -> None:
    values = {"event": "run_changed", "action": action, "run_id": run_id, "text": text}
    output.answer(values, text)


def _change(store: RunStore, run: RunInfo, arguments: Namespace) -> tuple[str, str]:
    """Do one of the small actions; return the id of the run that it made or changed, and say it."""
    run_id = run.run_id
    text: str = arguments.text
    match arguments.action:
        case "export":
            if not text:
                raise RunError("Say where to save the model: runs export RUN FILE.")
            require_place(Path(text))
            if arguments.best and arguments.at_epoch is not None:
                raise RunError("--best and --at-epoch name two models: give one of them.")
            if arguments.at_epoch is not None:
                model = store.open_epoch(run.run_id, arguments.at_epoch)
            else:
                model = store.open_model(run.run_id, "best" if arguments.best else "last")
            require_consent(Path(text), is_forced=arguments.force)
            save_model(model, Path(text))
            return run_id, f"{model.description} Saved to {text}."
        case "rename":
            store.rename(run.run_id, text)
            return run_id, f"{run_id} is now called {store.info(run_id).name}."
        case "note":
            store.set_note(run.run_id, text)
            return run_id, f"The note of {run_id} was kept."
        case "tag":
            store.set_tags(run_id, text.split(","))
            tags = ", ".join(store.info(run_id).tags)
            return run_id, f"The tags of {run_id} are {tags}." if tags else f"{run_id} has no tags."
        case "duplicate":
            copy_id = store.duplicate(run_id, text).run_id
            return copy_id, f"{run.name} was copied to {copy_id}."
        case _:
            store.delete(run_id)
            back = f"'runs restore {run_id}' brings it back."
            return run_id, f"{run.name} is in the trash; {back}"


def _resume(store: RunStore, run: RunInfo, arguments: Namespace, output: Output) -> int:
    store.require_resumable(
        run.run_id, epochs=arguments.epochs, learning_rate=arguments.learning_rate
    )
    config = store.corpus_config(run.run_id)
    moved: list[Path] | None = arguments.text_file
    missing = next((path for path in config.paths if not path.exists()), None)
    if moved is not None:
        config = config.at(moved)
    elif missing is not None:
        raise RunError(
            f"The text of the run is not there any more: {missing}. If it was moved, say where "
            f"it lies now: {resume_command(run.run_id, arguments.data_folder)} --text-file FILE"
        )
    with stop_on_signal(output) as control, joined(arguments, control, output) as ranks:
        corpus = prepare(config, control, output)
        if corpus is None:
            return control.exit_code
        if moved is not None and corpus.summary.digest == run.text_digest:
            store.set_text_paths(run.run_id, moved)  # for the next time
        show_references(corpus, control, output)
        events = store.resume(
            run.run_id,
            text_for(ranks, corpus, uses_cache=True),
            control,
            epochs=arguments.epochs,
            time_limit_s=arguments.time_limit,
            learning_rate=arguments.learning_rate,
            ranks=ranks,
        )
        del corpus  # with several ranks, the text lies in files now
        events = with_way_out(events, run.run_id, arguments.data_folder)
        model = train_and_save(events, None, output, is_kept=True)
        if not arguments.json:
            output.result(model.description)
        require_kept(store, run.run_id, model, arguments.data_folder)
        if control.is_stopped and model.step:
            output.note(f"To go on: {resume_command(run.run_id, arguments.data_folder)}")
        return control.exit_code


def _list(store: RunStore, output: Output, *, in_trash: bool) -> None:
    runs = store.list(in_trash=in_trash)
    for run in runs:
        tags = f"tags: {', '.join(run.tags)}" if run.tags else ""
        told = filter(None, (tags, run.note, run.message, run.problem))
        lines = [f"    {line}" for line in (run.settings, _progress(run), *told)]
        output.answer(_plain(run), f"{run.run_id}  {run.state:<11}  {run.name}", *lines)
    if not output.as_json and not know_the_same_words([run for run in runs if run.saved]):
        output.note("These runs know different words: their losses cannot be compared.")
    if not runs and in_trash:
        output.note(f"No run is in the trash ({store.trash}).")
    elif not runs:
        output.note(f"No run was kept in {store.runs} yet: 'train --keep-run' keeps one.")


def _list_epochs(store: RunStore, run: RunInfo, output: Output) -> None:
    kept = store.epoch_models(run.run_id)
    for each in kept:
        values = {"epoch": each.epoch, "loss": each.loss, "path": str(each.path)}
        line = f"epoch {each.epoch:<6g}  loss {each.loss:.4f}  {each.path}"
        output.answer({"event": "epoch_model"} | values, line)
    if not kept:
        output.note(f"No model of an epoch of {run.name} was kept.")
    elif not output.as_json:
        output.note("After the 8th, fewer are kept; 'runs export' alone writes the newest model.")


def _show_repeating(run: RunInfo, output: Output, *, as_file: bool) -> None:
    """Write what repeats a run: the file of its settings, or the line to type."""
    text = run_settings(run) if as_file else train_command(run)
    values = {"event": "run_settings", "run_id": run.run_id, "text": text}
    output.answer(values, text.rstrip("\n"))


def _progress(run: RunInfo) -> str:
    if run.begins_anew:
        return (
            f"begun {run.started:%Y-%m-%d %H:%M}, nothing saved yet: 'runs resume' begins it again"
        )
    if run.saved is None:
        return f"begun {run.started:%Y-%m-%d %H:%M}, nothing saved yet"
    loss = run.training_loss if run.validation_loss is None else run.validation_loss
    evaluated = "" if loss is None else f", loss {loss:.4f}"
    lost = f"; {duration(run.lost_s)} of training after it" if run.lost_s >= 1.0 else ""
    return (
        f"epoch {run.epoch:.4g}, {counted(run.step, 'step')}, {duration(run.elapsed_s)}{evaluated}"
        f"; saved {run.saved.astimezone():%Y-%m-%d %H:%M:%S}{lost}"
    )


def _plain(run: RunInfo) -> dict[str, Any]:
    return {
        "event": "run",
        **{name: getattr(run, name) for name in ("run_id", "name", "note", "state", "message")},
        **{name: getattr(run, name) for name in ("corpus_name", "corpus_path", "settings")},
        **{name: getattr(run, name) for name in ("step", "epoch", "elapsed_s", "lost_s")},
        **{name: getattr(run, name) for name in ("training_loss", "validation_loss", "best_loss")},
        "tags": list(run.tags),
        "differs": list(run.differs),
        "path": str(run.path),
        "started": run.started.isoformat(),
        "saved": None if run.saved is None else run.saved.isoformat(),
        "model_config": run.model_config.to_json(),
        "train_config": run.train_config.to_json(),
    }


def _find(runs: Sequence[RunInfo], text: str, *, in_trash: bool = False) -> RunInfo:
    """Return the run whose id begins with `text`, or the newest for 'last'."""
    found = runs[:1] if text == "last" else [run for run in runs if run.run_id.startswith(text)]
    if len(found) == 1:
        return found[0]
    where, command = (" in the trash", "runs trash") if in_trash else ("", "runs")
    if not runs:
        raise RunError(f"There is no run{where}.")
    if not found:
        raise RunError(f"No run{where} has an id that begins with '{text}'. '{command}' lists all.")
    named = ", ".join(run.run_id for run in found[:_MOST_NAMED])
    more = " and others" if len(found) > _MOST_NAMED else ""
    raise RunError(
        f"{len(found)} runs{where} have an id that begins with '{text}': {named}{more}. "
        "Type more of it."
    )
