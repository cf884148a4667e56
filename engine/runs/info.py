"""What a list of kept runs shows of each; plain values."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, get_args

from engine.config import CorpusConfig, ModelConfig, TrainConfig
from engine.errors import ConfigError
from engine.files.records import is_number
from engine.recipes import unsettled
from engine.runs.folder import RunFolder
from engine.runs.lock import is_held
from engine.runs.naming import differences, made_name
from engine.wording import counted

# "interrupted": its process ended without an end of the run, so there may be work to recover.
RunEnd = Literal["running", "finished", "stopped", "failed", "interrupted"]
_ANY_SIZE = 8000


@dataclass(frozen=True, slots=True, kw_only=True)
class RunInfo:
    """One kept run."""

    run_id: str
    path: Path
    name: str
    note: str
    started: datetime  # with its time zone
    state: RunEnd
    message: str  # why it ended so, a sentence or ""
    corpus_name: str
    corpus_path: str
    corpus_config: CorpusConfig | None  # what makes the text again; None if it is damaged
    text_digest: str  # of the text's file
    vocabulary_size: int | None  # words known, the special tokens included
    settings: str  # in one line
    model_config: ModelConfig
    train_config: TrainConfig
    step: int  # at the last checkpoint, as all that follows
    epoch: float
    elapsed_s: float
    training_loss: float | None  # nats per word, at the last evaluation
    validation_loss: float | None
    best_loss: float | None
    saved: datetime | None  # None: there is no checkpoint
    lost_s: float  # seconds of training after the last checkpoint: lost, or at risk if running
    problem: str  # why the run cannot be used, a sentence or ""
    begins_anew: bool = False  # nothing was saved: going on is beginning with the same settings
    curve: tuple[float, ...] = ()  # the training loss in few points, evenly over the run
    tags: tuple[str, ...] = ()  # the user's own
    differs: tuple[str, ...] = ()  # the settings that are not the defaults, in a few words each
    training_words: int | None = None  # to predict in an epoch
    has_made_name: bool = False  # of text and differences, not the user's
    is_continued: bool = False  # it began with a trained model, which is in no setting
    has_changed_rate: bool = False  # by hand, or to go on after a divergence
    next_rate: float | None = None  # with which a run that diverged goes on

    @property
    def words_known(self) -> tuple[str, int | None, CorpusConfig | None]:
        """What decides about the words that the run knows: equal where they are the same."""
        config = self.corpus_config
        if config is not None:
            # What is held out decides about the words only where they are counted in the rest.
            is_split = config.counted == "training"
            config = replace(
                config,
                path=Path(),
                others=(),
                vocabulary_size=_ANY_SIZE,  # what came of it is known
                validation_fraction=config.validation_fraction if is_split else 0.0,
                seed=config.seed if is_split else 0,
                processes=None,
            )
        return self.text_digest, self.vocabulary_size, config

    @property
    def can_resume(self) -> bool:
        """Whether there is something to go on from, and more epochs to train."""
        is_there = self.saved is not None or self.begins_anew
        return is_there and self.state in ("stopped", "failed", "interrupted")


def know_the_same_words(runs: Sequence[RunInfo]) -> bool:
    """Whether the losses of these runs can be compared: the fewer words, the easier the task."""
    return len({run.words_known for run in runs}) < 2


def read_info(folder: RunFolder) -> RunInfo:
    """Return what is known of a run; whatever is damaged in its folder."""
    # The lock first: a process that ends after this look has written its end by then.
    is_running = is_held(folder.lock_path)
    description, label = (
        folder.read_json(folder.description_path),
        folder.read_json(folder.label_path),
    )
    status = folder.read_json(folder.status_path)
    model_config, train_config, problem = _configs(description)
    corpus = _table(description, "corpus")
    corpus_name = _text(corpus, "name") or "an unknown file"
    saved = _time(status.get("saved")) or _changed(folder.state_path)
    state = _state(status, is_running=is_running)
    elapsed_s = _number(status, "elapsed_s") or 0.0
    corpus_config, words = _corpus_config(description), _number(corpus, "training_words")
    training_words = None if words is None else int(words)
    size = _number(corpus, "vocabulary_size")
    vocabulary_size = None if size is None else int(size)
    differs = differences(
        corpus_config, model_config, train_config, training_words, vocabulary_size
    )
    is_at_risk = state in ("interrupted", "running")
    lost_s = max(0.0, folder.last_elapsed_s() - elapsed_s) if is_at_risk else 0.0
    return RunInfo(
        run_id=folder.run_id,
        path=folder.path,
        name=_text(label, "name") or made_name(corpus_name, differs),
        note=_text(label, "note"),
        started=_time(description.get("started")) or _time_of(folder.run_id),
        state=state,
        message=_text(status, "message"),
        corpus_name=corpus_name,
        corpus_path=_text(_table(description, "corpus_config"), "path"),
        corpus_config=corpus_config,
        text_digest=_text(corpus, "digest"),
        vocabulary_size=vocabulary_size,
        settings=_settings(model_config, train_config, corpus),
        model_config=model_config,
        train_config=train_config,
        step=int(_number(status, "step") or 0),
        epoch=_number(status, "epoch") or 0.0,
        elapsed_s=elapsed_s,
        training_loss=_number(status, "training_loss"),
        validation_loss=_number(status, "validation_loss"),
        best_loss=_number(status, "best_loss"),
        saved=saved,
        lost_s=lost_s,
        problem=problem,
        begins_anew=saved is None and not problem and begins_anew(folder, description),
        curve=_curve(status),
        tags=_tags(label),
        differs=differs,
        training_words=training_words,
        has_made_name=not _text(label, "name"),
        is_continued=description.get("is_continued") is True,
        has_changed_rate=description.get("has_changed_rate") is True
        or bool(_number(status, "rates_by_hand")),
        next_rate=_number(status, "next_rate") if state == "failed" else None,
    )


def begins_anew(folder: RunFolder, description: dict[str, Any]) -> bool:
    """Whether a run has saved nothing yet and all that it began with is in its description."""
    is_saved = folder.state_path.exists() or bool(folder.read_json(folder.status_path).get("saved"))
    is_whole = bool(description) and description.get("is_continued") is not True
    return is_whole and not is_saved and _corpus_config(description) is not None


def end_of(folder: RunFolder) -> RunEnd:
    """Return how a run ended, for a caller who knows that it does not run now."""
    return _state(folder.read_json(folder.status_path), is_running=False)


def _state(status: dict[str, Any], *, is_running: bool) -> RunEnd:
    if is_running:
        return "running"
    for end in get_args(RunEnd):
        if end == status.get("state") and end != "running":
            found: RunEnd = end
            return found
    return "interrupted"


def _configs(description: dict[str, Any]) -> tuple[ModelConfig, TrainConfig, str]:
    try:
        return (
            ModelConfig.from_json(_table(description, "model_config")),
            TrainConfig.from_json(_table(description, "train_config")),
            "" if description else "The description of this run (run.json) is damaged.",
        )
    except ConfigError as error:
        return ModelConfig(), TrainConfig(), str(error)


def _corpus_config(description: dict[str, Any]) -> CorpusConfig | None:
    try:
        return CorpusConfig.from_json(_table(description, "corpus_config"))
    except ConfigError:
        return None


def _settings(model: ModelConfig, training: TrainConfig, corpus: dict[str, Any]) -> str:
    words = _number(corpus, "vocabulary_size")
    size = "" if words is None else f"{words:,.0f} words, "
    trained_words = _number(corpus, "training_words")
    if trained_words is not None:  # a rate that the recipe chose is nobody's wish
        H = model.units
        training = unsettled(training, int(trained_words), int(words or 0), hidden_dim=H)
    rate = "" if training.learning_rate is None else f", learning rate {training.learning_rate:g}"
    return (
        f"{size}{model.units:,} hidden units, recipe {training.recipe}{rate}, "
        f"{counted(training.epochs, 'epoch')}"
    )


def _table(values: dict[str, Any], name: str) -> dict[str, Any]:
    found = values.get(name)
    return found if isinstance(found, dict) else {}


def _text(values: dict[str, Any], name: str) -> str:
    found = values.get(name)
    return found if isinstance(found, str) else ""


def _number(values: dict[str, Any], name: str) -> float | None:
    found = values.get(name)
    return found if is_number(found) else None


def _curve(status: dict[str, Any]) -> tuple[float, ...]:
    points = status.get("curve")
    if not isinstance(points, list):
        return ()  # a run of an earlier version
    return tuple(float(each) for each in points if is_number(each))


def _tags(label: dict[str, Any]) -> tuple[str, ...]:
    tags = label.get("tags")
    return tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else ()


def _time(text: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _changed(path: Path) -> datetime | None:
    """Return when a file was written, for a process that was killed before it said so."""
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except OSError:
        return None


def _time_of(run_id: str) -> datetime:
    try:
        return datetime.strptime(run_id[:15], "%Y%m%d-%H%M%S").astimezone()
    except ValueError:
        return datetime.fromtimestamp(0, UTC)
