"""Everything that a training run needs to go on as if it had never ended.

A state is taken between two batches. The order of the sentences is no part of it: it
is drawn from (seed, epoch).

The file of a state is safetensors, version 1, built like the model file of
`engine.language_model.checkpoint`. Tensors, with H hidden units and C words:

    last.U_by_word (C, H), last.V (C, H), last.W (H, H)     and best.…, or no best at all
    optimizer.<number>.<name>                               as the update rule names them
    words.text, words.ends, words.counts, and the history   as in the model file

The metadata holds format, version, settings and progress as JSON. No code is run from it.
"""

import dataclasses
import hashlib
import json
import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray

from engine.config import ModelConfig, TrainConfig
from engine.corpus.corpus import CorpusSummary
from engine.corpus.counting.references import ReferenceLosses
from engine.corpus.training_text import TrainingText
from engine.errors import ConfigError, ModelFileError
from engine.files.records import parse_json, record_from_json
from engine.files.spool import numbers_in_file
from engine.files.tensors import Array, Header, TensorFileReader, demand, read_file, write_tensors
from engine.language_model.history import TrainingHistory
from engine.language_model.model import LanguageModel
from engine.language_model.parts import (
    REAL,
    Layout,
    demand_layout,
    history_to_metadata,
    history_to_tensors,
    read_history,
    read_vocabulary,
    settings_from_json,
    settings_to_json,
    text_layout,
    vocabulary_size,
    vocabulary_to_tensors,
)
from engine.network.rnn import RNN
from engine.tokenization.reading import Reading
from engine.tokenization.vocabulary import Vocabulary
from engine.training.optimizers import MEAN
from engine.training.progress import Progress

PARAMETERS = ("U_by_word", "V", "W")  # in the order of `RNN.parameters`

Tensors = dict[str, torch.Tensor]

FORMAT = "rnn-text-lab-training-state"
VERSION = 1

_MOST_OPTIMIZER_TENSORS = 64
_PIECE = 1 << 18  # numbers that are looked at together
_COUNTS = (
    "step",
    "words",
    "first_epoch",
    "epoch",
    "sentences_done",
    "epoch_words",
    "tail_words",
)
_TIMES = ("epoch_s", "elapsed_s", "before_s")
_DIVERGED = (
    "its numbers are no longer finite: the training diverged. Train again with a "
    "smaller learning rate"
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrainingState:
    """A run between two batches; nobody changes its tensors."""

    progress: Progress
    model_config: ModelConfig
    train_config: TrainConfig
    summary: CorpusSummary
    reading: Reading
    vocabulary: Vocabulary
    history: TrainingHistory
    parameters: Tensors  # by PARAMETERS: (C, H), (C, H), (H, H)
    best: Tensors  # the same at the lowest evaluated loss; empty before an evaluation
    optimizer: Tensors
    references: ReferenceLosses | None = None  # of the corpus; not in the file

    @property
    def epochs_done(self) -> float:
        """Epochs so far, with the part of the one under way."""
        progress, total = self.progress, self.summary.training_sentences
        share = progress.sentences_done / max(1, total)
        return max(0, progress.epoch - 1) + progress.epoch_part_before + share

    @property
    def last_epoch(self) -> int:
        """The epoch that the run is to end with."""
        return self.progress.first_epoch + self.train_config.epochs

    def model(self, which: Literal["last", "best"] = "last") -> LanguageModel:
        """Return the parameters of now or of the lowest evaluated loss as a model.

        Before anything was evaluated, the best model is the last one.
        """
        step, epoch, values = self.progress.step, self.epochs_done, self.parameters
        if means := {
            name: self.optimizer[f"{number}.{MEAN}"]
            for number, name in enumerate(PARAMETERS)
            if f"{number}.{MEAN}" in self.optimizer
        }:
            values = means  # what is judged and kept in a run with averaging
        if which == "best" and self.best:
            values = self.best
            best = [done for done in self.history.evaluations if done.is_best]
            if best:
                step, epoch = best[-1].step, float(best[-1].epoch)
        U_by_word, V, W = (values[name].cpu().numpy() for name in PARAMETERS)
        return LanguageModel(
            rnn=RNN.from_parameters(
                U_by_word.T,
                V,
                W,
                bptt_truncate=self.model_config.bptt_truncate,
                dtype="float64" if values["W"].dtype == torch.float64 else "float32",
            ),
            vocabulary=self.vocabulary,
            model_config=self.model_config,
            train_config=self.train_config,
            summary=self.summary,
            reading=self.reading,
            history=self.history,
            step=step,
            epoch=epoch,
            references=self.references,
        )


def copy_parameters(rnn: RNN | None) -> Tensors:
    """Return copies of the live parameters, by name, on the CPU; nothing for no network."""
    if rnn is None:
        return {}
    return copies(dict(zip(PARAMETERS, rnn.parameters(), strict=True)))


def load_parameters(rnn: RNN, values: Tensors) -> None:
    """Write parameters that `copy_parameters` returned into a network."""
    for name, live in zip(PARAMETERS, rnn.parameters(), strict=True):
        live.copy_(values[name])


def copies(tensors: Tensors) -> Tensors:
    """Return independent copies on the CPU."""
    return {name: each.detach().to(device="cpu", copy=True) for name, each in tensors.items()}


def sentence_order(config: TrainConfig, epoch: int, sentences: int) -> NDArray[np.int64]:
    """Return the sentence numbers of an epoch: the file's order in the tutorial's recipe.

    Those of many sentences lie in a file, so that a text need not fit into the memory.
    """
    order = numbers_in_file(sentences)
    if config.recipe != "tutorial":
        np.random.default_rng([config.seed, epoch]).shuffle(order)
    return order


def text_digest(corpus: TrainingText) -> str:
    """Return a digest of all word numbers, so that only the same text is gone on with."""
    digest = hashlib.blake2b(digest_size=16)
    for sentences in (corpus.training, corpus.validation):
        digest.update(len(sentences).to_bytes(8, "little"))
        # No copy where they have this layout already, as they do on common machines.
        digest.update(np.ascontiguousarray(sentences.offsets, "<i8").data)
        digest.update(np.ascontiguousarray(sentences.ids, "<i4").data)
    return digest.hexdigest()


def with_settings(
    state: TrainingState,
    *,
    epochs: int | None = None,
    time_limit_s: float | None = None,
    learning_rate: float | None = None,
) -> TrainingState:
    """Return the state of a run that goes on with other settings.

    Parameters
    ----------
    epochs : int, optional
        Of the whole run.
    time_limit_s : float, optional
        From now on; by default the run's own limit, anew if it is over.
    learning_rate : float, optional
    """
    config, progress = state.train_config, state.progress
    if epochs is not None:
        config = replace(config, epochs=epochs)
    spent_s = progress.elapsed_s - progress.before_s
    limit_s = config.time_limit_s
    if time_limit_s is not None:
        config = replace(config, time_limit_s=spent_s + time_limit_s)
    elif limit_s is not None and spent_s >= limit_s:
        config = replace(config, time_limit_s=spent_s + limit_s)
    if learning_rate is not None:
        config = replace(config, learning_rate=learning_rate)
        progress = replace(progress, learning_rate=learning_rate, first_rate=learning_rate)
    return replace(state, train_config=config, progress=progress)


def started_over(state: TrainingState, good: LanguageModel, learning_rate: float) -> TrainingState:
    """Return the state in which a run that diverged goes on.

    It has the parameters of `good` and a lower learning rate, begins the epoch under way
    anew and remembers nothing of it.
    """
    progress = replace(
        state.progress,
        sentences_done=0,
        epoch_loss=0.0,
        epoch_words=0,
        epoch_s=0.0,
        previous_loss=state.progress.best_loss,
        previous_error=state.progress.best_error,
    )
    parameters = copy_parameters(good.rnn)
    restarted = replace(
        state,
        progress=progress,
        parameters=parameters,
        best=parameters if state.best else {},
        optimizer={},
    )
    history = state.history.until(restarted.epochs_done + 1e-9)
    return with_settings(replace(restarted, history=history), learning_rate=learning_rate)


def require_same_text(state: TrainingState, corpus: TrainingText) -> None:
    """Raise `ConfigError` if `corpus` is not the text that `state` was taken on."""
    before, now = state.summary, corpus.summary
    if now.digest != before.digest:
        reason = f"{now.name} was changed since, or is another file than {before.name}"
    elif corpus.vocabulary.words != state.vocabulary.words:
        C, before_C = len(corpus.vocabulary), len(state.vocabulary)
        size = f"{C:,} words and is not the run's, which has {before_C:,}"
        reason = f"its vocabulary has {size if before_C != C else 'other words than the run had'}"
    elif text_digest(corpus) != state.progress.text_digest:
        reason = (
            "its sentences are not those of the run; it was prepared with other settings or "
            "by another version of the program"
        )
    else:
        return
    raise ConfigError(
        f"The run cannot go on with this text: {reason}. Prepare the file as it was when "
        "the run began, or start a new run from this run's model."
    )


def state_to_bytes(state: TrainingState) -> bytes:
    """Return the content of the state's file.

    Raises
    ------
    ModelFileError
        If a number is not finite: such a state would never train again.
    """
    numbers: dict[str, Array] = {
        **{f"last.{name}": each.numpy() for name, each in state.parameters.items()},
        **{f"best.{name}": each.numpy() for name, each in state.best.items()},
        **{f"optimizer.{name}": each.numpy() for name, each in state.optimizer.items()},
    }
    settings = settings_to_json(state) | {"progress": dataclasses.asdict(state.progress)}
    try:
        settings_text = json.dumps(settings, allow_nan=False)
    except ValueError as error:
        raise ModelFileError(_DIVERGED) from error
    if not all(map(_is_finite, numbers.values())):
        raise ModelFileError(_DIVERGED)
    tensors = {
        **numbers,
        **vocabulary_to_tensors(state.vocabulary),
        **history_to_tensors(state.history),
    }
    metadata = {
        "format": FORMAT,
        "version": str(VERSION),
        "settings": settings_text,
        **history_to_metadata(state.history),
    }
    return write_tensors(tensors, metadata)


def load_state(path: Path) -> TrainingState:
    """Open a state file.

    Raises
    ------
    ModelFileError
        If the file is missing, damaged, of a newer version or no state at all.
    """
    state: TrainingState = read_file(
        path, lambda file: _read_state(TensorFileReader(file, VERSION)), "the state of a run"
    )
    return state


def _read_state(reader: TensorFileReader) -> TrainingState:
    """Check every part against the others, small parts first."""
    settings = _read_settings(reader.header)
    names = _check_tensors(reader.header, settings["model_config"].units)
    return TrainingState(
        vocabulary=read_vocabulary(reader),
        history=read_history(reader),
        parameters={name: _read_tensor(reader, f"last.{name}") for name in PARAMETERS},
        best={
            name: _read_tensor(reader, f"best.{name}")
            for name in PARAMETERS
            if "best.W" in reader.header.tensors
        },
        optimizer={name.removeprefix("optimizer."): _read_tensor(reader, name) for name in names},
        **settings,
    )


def _read_settings(header: Header) -> dict[str, Any]:
    demand(header.metadata.get("format") == FORMAT, "it does not say that it is one")
    demand(
        header.metadata.get("version") == str(VERSION),
        f"it has another version than {VERSION}, the one that this program knows",
    )
    values = parse_json(header.metadata.get("settings", ""), "its settings")
    demand(isinstance(values, dict), "its settings are not a table")
    progress = record_from_json(Progress, values.get("progress"))
    settings = settings_from_json(values)
    numbers = dataclasses.asdict(progress)
    demand(all(0 <= numbers[name] < 1 << 53 for name in _COUNTS), "its counts are out of range")
    demand(all(numbers[name] >= 0.0 for name in _TIMES), "its times are out of range")
    demand(
        progress.sentences_done <= settings["summary"].training_sentences
        and progress.batch_size >= 1
        and progress.learning_rate > 0.0
        and progress.first_rate > 0.0
        and 0.0 <= progress.epoch_part_before < 1.0
        and math.isfinite(progress.tail_loss),
        "its progress is out of range",
    )
    return settings | {"progress": progress}


def _check_tensors(header: Header, H: int) -> list[str]:
    """Demand the tensors of version 1, with fitting shapes; return the optimiser's names."""
    tensors, C = header.tensors, vocabulary_size(header)
    optimizer = sorted(name for name in tensors if name.startswith("optimizer."))
    demand(len(optimizer) <= _MOST_OPTIMIZER_TENSORS, "it has too many tensors")
    shapes = {"U_by_word": (C, H), "V": (C, H), "W": (H, H)}
    sets = ["last", "best"] if "best.W" in tensors else ["last"]
    parameters: Layout = {
        f"{each}.{name}": (REAL, shape) for each in sets for name, shape in shapes.items()
    }
    layout = {**parameters, **text_layout(header)}
    demand_layout(header, layout, "a state", others=len(optimizer))
    demand(all(tensors[name].dtype in REAL for name in optimizer), "its optimiser is no numbers")
    formats = {tensors[name].dtype for name in parameters}
    demand(len(formats) == 1, "its parameters differ in number format")
    return optimizer


def _read_tensor(reader: TensorFileReader, name: str) -> torch.Tensor:
    values = reader.read(name)
    demand(_is_finite(values), f"'{name}' holds numbers that are not finite")
    tensor = torch.from_numpy(values)
    return tensor.reshape(()) if tensor.shape == (1,) else tensor  # a lone number is stored so


def _is_finite(values: Array) -> bool:
    """Tell whether all are finite, in pieces: no second array of the same size."""
    flat = values.ravel()  # a view
    pieces = range(0, len(flat), _PIECE)
    return all(bool(np.isfinite(flat[begin : begin + _PIECE]).all()) for begin in pieces)
