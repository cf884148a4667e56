"""The commands that read a corpus: train, demo and evaluate.

Arguments are read in `cli`; the commands that need only a model are in `cli_commands`.
"""

import sys
from argparse import Namespace
from dataclasses import asdict

from engine.cli_commands import EXIT_INTERRUPTED, show_sentences
from engine.cli_corpus import evaluated_lines, evaluation_hints, training_hints
from engine.cli_output import Output, stop_on_interrupt
from engine.cli_saving import require_place, resume_command, train_and_save, with_way_out
from engine.config import CorpusConfig, CsvConfig, ModelConfig, SampleConfig, TrainConfig
from engine.control import RunControl
from engine.corpus.build import build_corpus
from engine.corpus.cache import corpus_cache_folder
from engine.corpus.corpus import Corpus, CorpusReady
from engine.corpus.sample_comments import sample_comments_path, sample_entropy
from engine.errors import ConfigError
from engine.language_model.checkpoint import load_model
from engine.language_model.scorer import score
from engine.runs.store import RunStore
from engine.training.evaluation import Evaluation, evaluate_corpus
from engine.training.trainer import train
from engine.wording import counted

_DEMO_SENTENCE = "I think that my sister bought an old guitar last year."
_DELIMITERS = {"\\t": "\t", "\\n": "\n"}  # as they are typed
_NO_LIMIT = 1_000_000  # epochs: the time limit ends the run


def run_train(arguments: Namespace) -> int:
    """Prepare the corpus, train, and keep the model."""
    corpus_config = _corpus_config(
        arguments,
        vocabulary_size=arguments.vocabulary_size,
        validation_fraction=arguments.validation_fraction,
    )
    model_config = ModelConfig(
        hidden_dim=arguments.hidden_dim,
        bptt_truncate=arguments.bptt_truncate,
        dtype=arguments.dtype,
        device=arguments.device,
        seed=arguments.seed,
    )
    train_config = TrainConfig(
        recipe=arguments.recipe,
        learning_rate=arguments.learning_rate,
        batch_size=arguments.batch_size,
        clip_norm=arguments.clip_norm,
        epochs=arguments.epochs,
        time_limit_s=arguments.time_limit,
        evaluate_every=arguments.evaluate_every,
        seed=arguments.seed,
        allow_tf32=arguments.tf32,
    )
    if arguments.out is not None:
        require_place(arguments.out, arguments.csv)
    elif not arguments.keep_run:
        raise ConfigError("Say where the model is to be: --out MODEL, --keep-run, or both.")
    output = Output(as_json=arguments.json)
    with stop_on_interrupt(output) as control:
        corpus = prepare(corpus_config, control, output, uses_cache=not arguments.no_cache)
        if corpus is None:
            return EXIT_INTERRUPTED
        for hint in training_hints(corpus, corpus_config):
            output.show(hint)
        if arguments.keep_run:
            store = RunStore(arguments.data_folder)
            run_id = store.new_run_id()
            output.note(f"The run is kept as {run_id} in {store.runs}.")
            configs = (corpus_config, model_config, train_config)
            name = arguments.run_name
            events = with_way_out(
                store.train(corpus, *configs, control, name=name, run_id=run_id),
                run_id,
                arguments.data_folder,
            )
        else:
            events = train(corpus, model_config, train_config, control)
        model = train_and_save(events, arguments.out, output, is_kept=arguments.keep_run)
        if not arguments.json:
            output.result(model.description)
        if control.is_stopped and arguments.keep_run and model.step:
            output.note(f"To go on: {resume_command(run_id, arguments.data_folder)}")
        return EXIT_INTERRUPTED if control.is_stopped else 0


def run_demo(arguments: Namespace) -> int:
    """Train on the sample comments for a while, then draw and score sentences."""
    path = sample_comments_path()
    if arguments.out is not None:
        require_place(arguments.out, path)
    train_config = TrainConfig(epochs=_NO_LIMIT, time_limit_s=arguments.seconds)
    output = Output(as_json=arguments.json)
    with stop_on_interrupt(output) as control:
        corpus_config = CorpusConfig(path=path, csv=CsvConfig(columns=("body",), has_header=True))
        corpus = prepare(corpus_config, control, output)
        if corpus is None:
            return EXIT_INTERRUPTED
        entropy = sample_entropy(path)
        if entropy is not None:
            output.note(f"No model can get below {entropy:.3f} nats a word on these comments.")
        model = train_and_save(
            train(corpus, ModelConfig(), train_config, control), arguments.out, output
        )
        if control.is_stopped:
            return EXIT_INTERRUPTED
        show_sentences(model, SampleConfig(seed=0), control, output)
        for event in score(model, _DEMO_SENTENCE):
            output.show(event)
        return EXIT_INTERRUPTED if control.is_stopped else 0


def run_evaluate(arguments: Namespace) -> int:
    """Compute the loss of a model on a file of text."""
    output = Output(as_json=arguments.json)
    model = load_model(arguments.model)
    # every word of the file is kept: what the model does not know is decided below
    config = _corpus_config(arguments, vocabulary_size=sys.maxsize, validation_fraction=0.0)
    with stop_on_interrupt(output) as control:
        uses_cache = not arguments.no_cache
        corpus = prepare(config, control, output, uses_cache=uses_cache, is_only_measured=True)
        if corpus is None:
            return EXIT_INTERRUPTED
        for hint in evaluation_hints(model, corpus):
            output.show(hint)
        progress = evaluate_corpus(model, corpus, control)
        while True:
            try:
                output.show(next(progress))
            except StopIteration as end:
                result: Evaluation | None = end.value
                break
    if result is None:
        return EXIT_INTERRUPTED
    if arguments.json:
        output.result_json({"event": "corpus_evaluated", **asdict(result)})
        return 0
    output.result(
        f"{counted(result.words, 'word')} (each end of a sentence is one) in "
        f"{counted(result.sentences, 'sentence')}; the model does not know "
        f"{result.unknown_share:.1%} of the words: loss {result.loss:.4f} nats a word, "
        f"perplexity {result.perplexity:,.1f}, "
        f"{result.bits_per_word:.3f} bits a word."
    )
    return 0


def _corpus_config(
    arguments: Namespace, *, vocabulary_size: int, validation_fraction: float
) -> CorpusConfig:
    header = True if arguments.header else False if arguments.no_header else None
    return CorpusConfig(
        path=arguments.csv,
        csv=CsvConfig(
            columns=tuple(arguments.column or ()),
            has_header=header,
            encoding=arguments.encoding,
            delimiter=_DELIMITERS.get(arguments.delimiter, arguments.delimiter),
            quoting=arguments.quoting,
            documents=arguments.documents,
            decode_entities=arguments.decode_entities,
            bad_rows=arguments.bad_rows,
        ),
        vocabulary_size=vocabulary_size,
        validation_fraction=validation_fraction,
        remove_duplicates=arguments.remove_duplicates,
        seed=getattr(arguments, "seed", 0),
        processes=arguments.processes,
    )


def prepare(
    config: CorpusConfig,
    control: RunControl,
    output: Output,
    *,
    uses_cache: bool = True,
    is_only_measured: bool = False,
) -> Corpus | None:
    """Return the corpus, or None after a stop; of one that is measured no vocabulary is told."""
    corpus = None
    folder = corpus_cache_folder() if uses_cache else None
    for event in build_corpus(config, control, cache_folder=folder):
        if isinstance(event, CorpusReady):
            corpus = event.corpus
        if corpus is None or output.as_json or not is_only_measured:
            output.show(event)
            continue
        for line in evaluated_lines(corpus):
            output.note(line)
    return corpus
