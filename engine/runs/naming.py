"""What is special about a run: the settings that are not the defaults, and a name made of them.

Such as "reddit, H 50, tutorial". What only says how a file is read is left out: it is in the
comparison of runs.
"""

from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from engine.config import CorpusConfig, ModelConfig, TokenizerConfig, TrainConfig
from engine.recipes import Tuning, fill_in, tuning_of, unsettled, unsettled_model
from engine.wording import counted, duration

if TYPE_CHECKING:
    from engine.corpus.corpus import CorpusSummary

_PACKED = (".gz", ".bz2", ".xz", ".zip", ".zst")
_DEVICES = {"cpu": "on the CPU", "cuda": "on the GPU"}
_LONGEST_NAME = 72  # characters; a name made of more settings ends with an ellipsis

# In the order of a name; a setting that is not here is named as the engine names it.
_WRITERS: dict[str, Callable[[Any], str]] = {
    "hidden_dim": lambda units: f"H {units:,}",
    "recipe": str,
    "bptt_truncate": lambda steps: f"BPTT {steps:,}",
    "learning_rate": lambda rate: f"rate {rate:g}",
    "batch_size": lambda size: f"batch {size:,}",
    "clip_norm": lambda norm: f"clip {norm:g}",
    "unigram_start": lambda is_on: "unigram start" if is_on else "no unigram start",
    "adam_epsilon": lambda epsilon: f"Adam ε {epsilon:g}",
    "weight_decay": lambda decay: f"weight decay {decay:g}",
    "input_dropout": lambda share: f"input dropout {share:g}",
    "output_dropout": lambda share: f"output dropout {share:g}",
    "softmax_sample": lambda share: f"softmax over {100.0 * share:g} %",
    "label_smoothing": lambda share: f"label smoothing {share:g}",
    "min_improvement": lambda nats: f"halved below {nats:g} nats",
    "averaging": lambda weight: f"averaging {weight:g}",
    "vocabulary_size": lambda words: f"{words:,} words",
    "min_count": lambda times: f"words from {times:,}×",
    "counted": lambda _part: "words of all text",
    "remove_duplicates": lambda _is_on: "no duplicates",
    "validation_fraction": lambda share: f"{100.0 * share:g} % held out",
    "name": str,  # of the tokeniser
    "language": lambda code: f"language {code or 'unknown'}",
    "merge_numbers": lambda _is_on: "numbers merged",
    "merge_links": lambda _is_on: "links merged",
    "epochs": lambda epochs: counted(epochs, "epoch"),
    "time_limit_s": lambda seconds: f"at most {duration(seconds)}",
    "evaluate_every": lambda epochs: f"evaluated every {counted(epochs, 'epoch')}",
    "dtype": str,
    "allow_tf32": lambda _is_on: "TF32",
    "device": lambda device: _DEVICES[device],
}
_SEEDS = {"text": "split seed", "network": "seed", "training": "order seed"}
# Where the text lies, how it is read and by how many processes; the seeds are told apart below.
_LEFT_OUT = {"path", "others", "bad_files", "csv", "tokenizer", "processes", "seed"}
_OF_TOKENIZER = {"name", "language", "merge_numbers", "merge_links"}  # the rest follows from it


def differences(
    corpus: CorpusConfig | None,
    model: ModelConfig,
    train: TrainConfig,
    training_words: int | None,
    vocabulary: int | None = None,
) -> tuple[str, ...]:
    """Return what is not as by default, each in a few words.

    Parameters
    ----------
    corpus : CorpusConfig or None
        None where it is not known.
    train : TrainConfig
        As it is kept: what the recipe decided for the text is no difference.
    training_words : int or None
        To predict in the training text.
    vocabulary : int or None
        Words known.
    """
    if training_words is not None:
        H = model.units
        train = unsettled(train, training_words, vocabulary or 0, hidden_dim=H)
        model = unsettled_model(model, train.recipe, training_words, vocabulary or 0)
    found = _changed(model, ModelConfig()) | _changed(train, TrainConfig())
    if corpus is not None:
        found |= _changed(corpus, CorpusConfig(path=corpus.path))
        tokenizer = _changed(corpus.tokenizer, TokenizerConfig())
        found |= {name: value for name, value in tokenizer.items() if name in _OF_TOKENIZER}
    ordered = [name for name in _WRITERS if name in found]
    ordered += [name for name in found if name not in _WRITERS]
    texts = [_WRITERS.get(name, _plainly(name))(found[name]) for name in ordered]
    return (*texts, *_seeds(corpus, model, train))


def made_name(corpus_name: str, differences: tuple[str, ...]) -> str:
    """Return a name for a run of a text, such as "reddit, H 50, tutorial".

    Where it was computed is left out: it changes nothing in what was learned.
    """
    telling = [each for each in differences if each not in _DEVICES.values()]
    name = ", ".join((_stem(corpus_name), *telling))
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1].rstrip(' ,')}…"


def name_of_new(
    corpus: CorpusConfig, model: ModelConfig, train: TrainConfig, summary: "CorpusSummary"
) -> str:
    """Return the name that a run will have that is begun with these settings on this text.

    Parameters
    ----------
    summary : CorpusSummary
        Of the prepared text that `corpus` makes.
    """
    size = summary.vocabulary_size
    return made_name(summary.name, differences(corpus, model, train, summary.training_words, size))


def explicit(train: TrainConfig) -> TrainConfig:
    """Return a kept run's settings with all written out that it may have left open."""
    if train.recipe == "tutorial":
        return train
    rate, batch_size, clip_norm = fill_in(train)
    tuning = tuning_of(train)
    return replace(
        train,
        learning_rate=rate,
        batch_size=batch_size,
        clip_norm=clip_norm,
        **{field.name: getattr(tuning, field.name) for field in fields(Tuning)},
    )


def _changed(record: Any, default: Any) -> dict[str, Any]:
    values = {field.name: getattr(record, field.name) for field in fields(record)}
    return {
        name: value
        for name, value in values.items()
        if name not in _LEFT_OUT and value is not None and value != getattr(default, name)
    }


def _plainly(name: str) -> Callable[[Any], str]:
    return lambda value: f"{name.replace('_', ' ')} {value}"


def _seeds(corpus: CorpusConfig | None, model: ModelConfig, train: TrainConfig) -> list[str]:
    """Return one seed where network and order of the sentences share it, as they usually do."""
    seeds = {"network": model.seed}
    if train.seed != model.seed:
        seeds["training"] = train.seed
    if corpus is not None and corpus.seed not in (0, model.seed):
        seeds["text"] = corpus.seed
    return [f"{_SEEDS[of]} {seed}" for of, seed in seeds.items() if seed or of == "training"]


def _stem(corpus_name: str) -> str:
    """Return a file's name without what says its kind: "reddit.csv.gz" is "reddit"."""
    path = PurePath(corpus_name)
    if path.suffix.lower() in _PACKED:
        path = PurePath(path.stem)
    is_kind = 1 < len(path.suffix) <= len(".jsonl") and path.suffix[1:].isalnum()
    return (path.stem if is_kind else path.name) or corpus_name
