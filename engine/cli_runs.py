"""The command `runs`: list kept training runs, resume one, or change it."""

from argparse import Namespace
from pathlib import Path
from typing import Any

from engine.checkpoint import save_model
from engine.cli_commands import EXIT_INTERRUPTED
from engine.cli_output import Output, stop_on_interrupt
from engine.cli_saving import require_place, resume_command, train_and_save, with_way_out
from engine.cli_text import duration
from engine.cli_training import prepare
from engine.errors import RunError
from engine.run_info import RunInfo
from engine.run_store import RunStore


def run_runs(arguments: Namespace) -> int:
    """Do what the action says and return the exit code."""
    store, output = RunStore(arguments.data_folder), Output(as_json=arguments.json)
    if arguments.action == "list":
        _list(store, output)
        return 0
    if arguments.run is None:
        raise RunError(f"Say which run to {arguments.action}: its id, or 'last'. 'runs' lists all.")
    if arguments.action == "restore":
        output.result(f"{store.restore(arguments.run).name} is back.")
        return 0
    run = _find(store, arguments.run)
    if arguments.action == "resume":
        return _resume(store, run, arguments, output)
    output.result(_change(store, run, arguments))
    return 0


def _change(store: RunStore, run: RunInfo, arguments: Namespace) -> str:
    """Do one of the small actions and say what was done."""
    text: str = arguments.text
    match arguments.action:
        case "export":
            if not text:
                raise RunError("Say where the model is to be: runs export RUN FILE.")
            require_place(Path(text))
            model = store.open_model(run.run_id, "best" if arguments.best else "last")
            save_model(model, Path(text))
            return f"{model.description} Saved to {text}."
        case "rename":
            store.rename(run.run_id, text)
            return f"{run.run_id} is now called {store.info(run.run_id).name}."
        case "note":
            store.set_note(run.run_id, text)
            return f"The note of {run.run_id} was kept."
        case "duplicate":
            return f"{run.name} was copied to {store.duplicate(run.run_id, text).run_id}."
        case _:
            store.delete(run.run_id)
            return f"{run.name} is in the trash; 'runs restore {run.run_id}' brings it back."


def _resume(store: RunStore, run: RunInfo, arguments: Namespace, output: Output) -> int:
    with stop_on_interrupt(output) as control:
        corpus = prepare(store.corpus_config(run.run_id), control, output)
        if corpus is None:
            return EXIT_INTERRUPTED
        events = store.resume(
            run.run_id,
            corpus,
            control,
            epochs=arguments.epochs,
            time_limit_s=arguments.time_limit,
            learning_rate=arguments.learning_rate,
        )
        events = with_way_out(events, run.run_id, arguments.data_folder)
        model = train_and_save(events, None, output, is_kept=True)
        if not arguments.json:
            output.result(model.description)
        if control.is_stopped:
            output.note(f"To go on: {resume_command(run.run_id, arguments.data_folder)}")
        return EXIT_INTERRUPTED if control.is_stopped else 0


def _list(store: RunStore, output: Output) -> None:
    runs = store.list()
    for run in runs:
        if output.as_json:
            output.result_json(_plain(run))
            continue
        output.result(f"{run.run_id}  {run.state:<11}  {run.name}")
        output.result(f"    {run.settings}")
        output.result(f"    {_progress(run)}")
        for line in filter(None, (run.note, run.message, run.problem)):
            output.result(f"    {line}")
    if not runs:
        output.note(f"No run was kept in {store.runs} yet: 'train --keep-run' keeps one.")


def _progress(run: RunInfo) -> str:
    if run.saved is None:
        return f"begun {run.started:%Y-%m-%d %H:%M}, nothing saved yet"
    loss = run.training_loss if run.validation_loss is None else run.validation_loss
    evaluated = "" if loss is None else f", loss {loss:.4f}"
    lost = f"; {duration(run.lost_s)} of training after it" if run.lost_s >= 1.0 else ""
    return (
        f"epoch {run.epoch:.4g}, {run.step:,} steps, {duration(run.elapsed_s)}{evaluated}; "
        f"saved {run.saved.astimezone():%Y-%m-%d %H:%M:%S}{lost}"
    )


def _plain(run: RunInfo) -> dict[str, Any]:
    return {
        "event": "run",
        **{name: getattr(run, name) for name in ("run_id", "name", "note", "state", "message")},
        **{name: getattr(run, name) for name in ("corpus_name", "corpus_path", "settings")},
        **{name: getattr(run, name) for name in ("step", "epoch", "elapsed_s", "lost_s")},
        **{name: getattr(run, name) for name in ("training_loss", "validation_loss", "best_loss")},
        "path": str(run.path),
        "started": run.started.isoformat(),
        "saved": None if run.saved is None else run.saved.isoformat(),
        "model_config": run.model_config.to_json(),
        "train_config": run.train_config.to_json(),
    }


def _find(store: RunStore, text: str) -> RunInfo:
    """Return the run whose id begins with `text`, or the newest for 'last'."""
    runs = store.list()
    found = runs[:1] if text == "last" else [run for run in runs if run.run_id.startswith(text)]
    if len(found) != 1:
        how_many = "No run has" if not found else f"{len(found)} runs have"
        raise RunError(f"{how_many} an id that begins with '{text}'. 'runs' lists all.")
    return found[0]
