"""The commands that read a corpus: train, demo and evaluate.

Where a model may be written, and that it is saved while it is trained, is decided here, too.
Arguments are read in `main`; the commands that need only a model are in `models`.
"""

import contextlib
import shlex
import sys
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

from engine.cli.meeting import launch_name, restarts
from engine.cli.models import show_sentences
from engine.cli.places import require_consent, require_place
from engine.cli.preparation import prepare, text_at_hand
from engine.cli.ranks import follow_along, joined, text_for
from engine.cli.settings.configs import file_config, is_standard_input, train_records
from engine.cli.settings.settings_file import print_settings
from engine.cli.terminal.output import Output, hold_signals, stop_on_signal
from engine.cli.terminal.texts import (
    evaluation_hints,
    references_line,
    training_hints,
)
from engine.config import CorpusConfig, CsvConfig, ModelConfig, SampleConfig, TrainConfig
from engine.control import Notice, RunControl, Ticker, result_of
from engine.corpus.corpus import Corpus
from engine.corpus.sample_comments import sample_comments_path, sample_entropy
from engine.errors import (
    ConfigError,
    DivergedError,
    EngineError,
    ModelFileError,
    RankLostError,
    RunError,
)
from engine.events import Event
from engine.language_model.checkpoint import save_model
from engine.language_model.formats import open_model
from engine.language_model.model import LanguageModel
from engine.language_model.ngram import count_references
from engine.runs.store import RunStore
from engine.scoring.scorer import score
from engine.training.evaluation import evaluate_corpus, evaluate_references
from engine.training.events import CheckpointSaved, SnapshotPublished
from engine.training.trainer import train
from engine.wording import counted

_DEMO_SENTENCE = "I think that my sister bought an old guitar last year."
_NO_LIMIT = 1_000_000  # epochs: the time limit ends the run

_AUTOSAVE_S = 30.0


def run_train(arguments: Namespace) -> int:
    """Prepare the corpus, train, and keep the model."""
    if arguments.print_config:
        print_settings(arguments)
        return 0
    if (code := follow_along(arguments)) is not None:
        return code
    corpus_config, model_config, train_config = train_records(arguments)
    if arguments.out is not None:
        require_place(arguments.out, arguments.csv)
        require_consent(arguments.out, is_forced=arguments.force or restarts() > 0)
    elif not arguments.keep_run:
        raise ConfigError("Say where to save the model: --out MODEL, --keep-run, or both.")
    store = RunStore(arguments.data_folder)
    if arguments.keep_run:
        store.require_place()
        if is_standard_input(corpus_config.path):
            raise ConfigError(
                "A run that is kept reads its text again when it goes on, and standard input can "
                "be read only once: write the text to a file, or leave --keep-run out."
            )
    output = Output(as_json=arguments.json)
    with (
        stop_on_signal(output) as control,
        joined(arguments, control, output) as ranks,
        text_at_hand(corpus_config, control) as corpus_config,
    ):
        uses_cache = not arguments.no_cache and not is_standard_input(arguments.csv[0])
        corpus = prepare(corpus_config, control, output, uses_cache=uses_cache)
        if corpus is None:
            return control.exit_code
        for hint in training_hints(corpus, corpus_config):
            output.show(hint)
        show_references(corpus, control, output)
        text = text_for(ranks, corpus, uses_cache=uses_cache)
        if arguments.keep_run:
            before = store.find_launched(launch_name()) if restarts() else None
            run_id = store.new_run_id() if before is None else before.run_id
            output.note(f"The run is kept as {run_id} in {store.runs}.")
            configs = (corpus_config, model_config, train_config)
            name, launch = arguments.run_name, "" if ranks is None else launch_name()
            if before is None:
                events = store.train(
                    text, *configs, control, name=name, run_id=run_id, ranks=ranks, launch=launch
                )
            else:  # torchrun has started the ranks anew
                events = store.resume(run_id, text, control, ranks=ranks)
            events = with_way_out(events, run_id, arguments.data_folder)
        else:
            events = train(text, model_config, train_config, control, ranks=ranks)
        del corpus  # with several ranks, the text lies in files now
        model = train_and_save(events, arguments.out, output, is_kept=arguments.keep_run)
        if not arguments.json:
            output.result(model.description)
        if arguments.keep_run:
            require_kept(store, run_id, model, arguments.data_folder)
            if control.is_stopped and model.step:
                output.note(f"To go on: {resume_command(run_id, arguments.data_folder)}")
        return control.exit_code


def run_demo(arguments: Namespace) -> int:
    """Train on the sample comments for a while, then draw and score sentences."""
    path = sample_comments_path()
    if arguments.out is not None:
        require_place(arguments.out, [path])
        require_consent(arguments.out, is_forced=arguments.force)
    train_config = TrainConfig(epochs=_NO_LIMIT, time_limit_s=arguments.seconds)
    output = Output(as_json=arguments.json)
    with stop_on_signal(output) as control:
        corpus_config = CorpusConfig(path=path, csv=CsvConfig(columns=("body",), has_header=True))
        corpus = prepare(corpus_config, control, output)
        if corpus is None:
            return control.exit_code
        entropy = sample_entropy(path)
        if entropy is not None:
            output.note(f"No model can get below {entropy:.3f} nats per word on these comments.")
        show_references(corpus, control, output)
        model = train_and_save(
            train(corpus, ModelConfig(), train_config, control), arguments.out, output
        )
        if control.is_stopped:
            return control.exit_code
        show_sentences(model, SampleConfig(seed=0), control, output)
        for event in score(model, _DEMO_SENTENCE):
            output.show(event)
        return control.exit_code


def run_evaluate(arguments: Namespace) -> int:
    """Compute the loss of a model on a file of text."""
    output = Output(as_json=arguments.json)
    model = open_model(arguments.model)
    # every word of the file is kept: what the model does not know is decided below
    config = replace(
        file_config(arguments),
        tokenizer=model.summary.tokenizer,
        vocabulary_size=sys.maxsize,
        min_count=1,
        validation_fraction=0.0,
    )
    with stop_on_signal(output) as control, text_at_hand(config, control) as config:
        uses_cache = not arguments.no_cache and not is_standard_input(arguments.csv[0])
        reading = model.reading_of_texts
        corpus = prepare(
            config,
            control,
            output,
            uses_cache=uses_cache,
            is_only_measured=True,
            reading=reading,
        )
        if corpus is None:
            return control.exit_code
        for hint in evaluation_hints(model, corpus):
            output.show(hint)
        result = result_of(evaluate_corpus(model, corpus, control), output.show)
        references = None
        if result is not None and arguments.count_on is not None:
            source = prepare(
                config.at([arguments.count_on]),
                control,
                output,
                uses_cache=not arguments.no_cache,
                is_only_measured=True,
                reading=reading,
            )
            if source is None:
                return control.exit_code
            counting = evaluate_references(model, source, corpus, control)
            references = result_of(counting, output.show)
    if result is None or control.is_stopped:
        return control.exit_code
    values = {"event": "corpus_evaluated", **asdict(result)}
    lines = [
        (
            f"{counted(result.words, 'word')} (each end of a sentence is one) in "
            f"{counted(result.sentences, 'sentence')}; the model does not know "
            f"{result.unknown_share:.1%} of the words: loss {result.loss:.4f} nats per word, "
            f"perplexity {result.perplexity:,.1f}, "
            f"{result.bits_per_word:.3f} bits per word."
        )
    ]
    if references is not None:
        values["references"] = asdict(references)
        lines.append(f"Counted on {arguments.count_on.name}. {references_line(references)}")
    output.answer(values, *lines)
    return 0


def show_references(corpus: Corpus, control: RunControl, output: Output) -> None:
    """Show what is lost on the held-out text without a network; the models then say it too."""
    for event in count_references(corpus, control):
        output.show(event)


class ModelSaver:
    """Save the newest model of a training run now and then, and whatever ended the run.

    Parameters
    ----------
    path : Path or None
        None keeps the model in memory only.
    output : Output

    Attributes
    ----------
    latest, saved : LanguageModel or None
        The newest model, and the one that is in the file.
    """

    def __init__(self, path: Path | None, output: Output) -> None:
        self._path, self._output = path, output
        self._autosave = Ticker(_AUTOSAVE_S)
        self.latest: LanguageModel | None = None
        self.saved: LanguageModel | None = None

    def follow(self, event: Event) -> None:
        """Keep the model of a snapshot."""
        if not isinstance(event, SnapshotPublished):
            return
        self.latest = event.model
        if self._path is None or not self._autosave.is_due():
            return
        try:
            self._save(event.model, self._path)
        except ModelFileError as error:
            self._output.show(Notice(text=f"{error} The training goes on."))

    def finish(self) -> None:
        """Save what is not saved yet; an untrained model only over what exploded since.

        An impatient Ctrl+C waits until it is saved.
        """
        latest = self.latest
        is_news = latest is not None and latest is not self.saved
        if (
            self._path is not None
            and latest is not None
            and is_news
            and (latest.step or self.saved)
        ):
            with hold_signals():
                self._save(latest, self._path)

    def outcome(self) -> str:
        """Say what is in the file."""
        if self.saved is None:
            return f"Nothing was learned yet, so {self._path} was not written."
        return f"Saved to {self._path}."

    def outcome_of_divergence(self) -> str:
        """Say what is in the file after a run that diverged."""
        if self._path is None:
            return "No model was kept."
        if self.saved is None:
            return f"It learned nothing before, so {self._path} was not written."
        if self.saved.step == 0:
            return f"It learned nothing before: {self._path} holds the untrained network."
        return f"The best model so far, of epoch {self.saved.epoch:.4g}, was saved to {self._path}."

    def _save(self, model: LanguageModel, path: Path) -> None:
        save_model(model, path)
        self.saved = model
        self._output.show(CheckpointSaved(path=path, step=model.step))


def train_and_save(
    events: Iterator[Event], path: Path | None, output: Output, *, is_kept: bool = False
) -> LanguageModel:
    """Show a training run and return its last model, saved to `path` whatever ended the run.

    `is_kept` tells that a kept run says itself how to go on with it after a divergence.
    """
    saver = ModelSaver(path, output)
    found: DivergedError | None = None
    try:
        for event in events:
            output.show(event)
            saver.follow(event)
    except DivergedError as error:
        found = error
    finally:  # a failure, a second Ctrl+C or a closed pipe must not lose what was learned
        saver.finish()
    if found is not None:
        if is_kept or found.next_rate is None:
            if path is not None:
                output.note(saver.outcome())
            raise found
        raise DivergedError(
            f"{found.what} {saver.outcome_of_divergence()} Give the same command a smaller rate: "
            f"--learning-rate {found.next_rate:g}"
        ) from found
    if saver.latest is None:
        raise EngineError("The training ended before there was a model.")
    if path is not None:
        output.note(saver.outcome())
    return saver.latest


def require_kept(
    store: RunStore, run_id: str, model: LanguageModel, data_folder: Path | None
) -> None:
    """Raise `RunError` unless the run that ended with `model` is whole on the disk.

    A save that fails stops no training, so what it did is known at its end only.
    """
    saved_step = 0
    with contextlib.suppress(RunError):  # its folder was taken away
        run = store.info(run_id)
        if run.state in ("finished", "stopped") and run.step == model.step:
            return
        saved_step = run.step
    left = "Nothing of it was saved."
    if saved_step:
        command = resume_command(run_id, data_folder)
        left = f"To go on from what was saved before, step {saved_step:,}: {command}"
    raise RunError(
        f"The training has ended, but the run could not be kept in {store.runs / run_id}. {left}"
    )


def resume_command(run_id: str, data_folder: Path | None) -> str:
    """Return what to type to go on with a kept run."""
    folder = "" if data_folder is None else f" --data-folder {shlex.quote(str(data_folder))}"
    return f"python -m engine runs resume {run_id}{folder}"


def with_way_out(events: Iterator[Event], run_id: str, data_folder: Path | None) -> Iterator[Event]:
    """Yield the events of a kept run; if it diverges, say which command goes on with it."""
    try:
        yield from events
    except DivergedError as error:
        raise DivergedError(
            f"{error} To go on from the best parameters with that rate: "
            f"{resume_command(run_id, data_folder)}"
        ) from error
    except RankLostError as error:
        raise RankLostError(
            f"{error} The run is kept. To go on, with any number of ranks: "
            f"{resume_command(run_id, data_folder)}"
        ) from error
