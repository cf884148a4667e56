"""A model at a prompt: train or open one; let it write, score, and be looked into.

T words in a sentence, C words in the vocabulary, H hidden units.
"""

import html
from collections.abc import Callable, Generator, Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from engine.config import FILTERS, CsvConfig, ModelConfig, Recipe, SampleConfig, TrainConfig
from engine.control import Notice, RunControl, StageProgress, result_of
from engine.corpus.corpus import Corpus
from engine.errors import ConfigError
from engine.language_model.counted_text import (
    count_table,
    fit_mixture,
    split_as_trained,
    unknown_split,
)
from engine.language_model.formats import open_model, write_model
from engine.language_model.history import EpochDone, LossPoint, TrainingHistory
from engine.language_model.model import LanguageModel
from engine.language_model.ngram import NGramModel
from engine.language_model.results import FileScored, ReplacementFound, SentenceGenerated
from engine.notebook.progress import EpochBar, StageBars, stopped_by_ctrl_c, tell
from engine.notebook.reading import Text, text_for
from engine.notebook.results import (
    Better,
    Evaluated,
    Following,
    Score,
    Sentence,
    Sentences,
    data_frame,
    fields_of,
    html_table,
)
from engine.sampling.next_words import next_words
from engine.sampling.sampler import generate
from engine.scoring.candidates import score_candidates
from engine.scoring.lists import candidates_of, lines_of, own_scores_in
from engine.scoring.ranking import CandidatesScored, RankedCandidate, RankWeights, rank
from engine.scoring.replacement import best_replacement
from engine.scoring.scored_file import score_file
from engine.scoring.scorer import score
from engine.training.evaluation import evaluate_corpus
from engine.training.events import SnapshotPublished
from engine.training.trainer import train

if TYPE_CHECKING:
    import pandas as pd

_Result = TypeVar("_Result")
_Counting: TypeAlias = Callable[
    [LanguageModel, Corpus, RunControl], Generator[StageProgress, None, _Result | None]
]


class Model:
    """A trained network that writes, scores and can be looked into.

    Made by `engine.fit` and `engine.load`. In the shapes of arrays, T is the number of words in a
    sentence, C that of the vocabulary, H that of the hidden units.

    Examples
    --------
    >>> model.generate(3, "I think", temperature=0.8, top_p=0.9, seed=1)
    >>> model.generate(ladder=(0, 0.5, 1, 1.5))         # one sentence per temperature
    >>> model.generate(5, beams=100)                    # the most probable sentences
    >>> model.next_words("I think", 5, word="that")     # and where "that" stands
    >>> model.hidden_states("I think so.").shape        # (T + 1, H)

    Attributes
    ----------
    language_model : LanguageModel
        What the rest of the engine works with.
    """

    def __init__(self, language_model: LanguageModel) -> None:
        self.language_model = language_model
        self._table: tuple[Text, NGramModel] | None = None  # counted on that text

    def generate(
        self,
        count: int = 10,
        start: str = "",
        *,
        temperature: float = 1.0,
        top_k: int | None = None,
        top_p: float = 1.0,
        min_p: float = 0.0,
        repetition_penalty: float = 1.0,
        no_repeat_ngram: int = 0,
        min_length: int = 7,
        max_length: int = 100,
        ladder: Sequence[float] = (),
        beams: int = 0,
        seed: int | None = None,
    ) -> Sentences:
        """Write sentences.

        Parameters
        ----------
        count : int
            How many.
        start : str
            Words that each of them begins with.
        temperature : float
            Below 1 is safer, above wilder; 0 always takes the most probable word.
        top_k : int, optional
            Only the k most probable words.
        top_p : float
            Only the most probable words that together have this probability.
        min_p : float
            Only words with at least this share of the best word's probability.
        repetition_penalty : float
            Above 1, words that were said already become less probable.
        no_repeat_ngram : int
            Above 0, no run of so many words comes twice in a sentence.
        min_length, max_length : int
            Words of a sentence.
        ladder : sequence of float
            One sentence at each of these temperatures, from the same seed.
        beams : int
            Above 0: no drawing, but a search for the most probable sentences, so many at a time.
        seed : int, optional
            For the same sentences again; each sentence names its own.

        Returns
        -------
        Sentences
            A list; a slice of it is one, too, and `frame()` makes a pandas frame of it.
        """
        config = SampleConfig(
            count=count,
            start=start,
            temperature=temperature,
            top_k=top_k,
            top_p=top_p,
            min_p=min_p,
            repetition_penalty=repetition_penalty,
            no_repeat_ngram=no_repeat_ngram,
            min_length=min_length,
            max_length=max_length,
            ladder=tuple(ladder),
            beams=beams,
            seed=seed,
        )
        written = Sentences()
        with stopped_by_ctrl_c() as control:
            for event in generate(self.language_model, config, control):
                if isinstance(event, SentenceGenerated):
                    written.append(Sentence(**fields_of(event)))
                elif isinstance(event, Notice):
                    tell(event)
        return written

    def score(self, sentence: str, beside: Text | None = None) -> Score:
        """Return how probable `sentence` is, word by word.

        Parameters
        ----------
        sentence : str
        beside : Text, optional
            The text that the model was trained on, or one like it: what a table of its word
            sequences says of the sentence is shown beside. It is counted at the first call.
        """
        table = None
        if beside is not None:
            if self._table is None or self._table[0] is not beside:
                self._table = beside, self._counted(count_table, beside)
            table = self._table[1]
        (scored,) = score(self.language_model, sentence, table=table)
        return Score(**fields_of(scored.score))

    def mixed(self, text: Text) -> "Model":
        """Return this network mixed with a table of the word sequences of a text.

        Such a model often predicts better than either, but it is the network no more: it says so,
        and is not saved. Ctrl+C raises `KeyboardInterrupt`.

        Parameters
        ----------
        text : Text
            The one that the model was trained on, or one like it: counted on its training part,
            mixed as suits one half of its held-out part best, judged on the other half.
        """
        mixture = self._counted(fit_mixture, text)
        return Model(replace(self.language_model, mixture=mixture))

    def _counted(self, work: _Counting[_Result], text: Text) -> _Result:
        """Do some counting on a text with all of its words, divided as it was for the training."""
        model = self.language_model
        corpus = text.corpus.with_all_words()
        divided = split_as_trained(model, corpus)
        if divided is None:
            tell(Notice(text=unknown_split(corpus)))
        return _finished(partial(work, model, divided or corpus))

    def rank(
        self,
        candidates: "Sequence[str] | Path | str",
        weights: RankWeights = RankWeights(),  # noqa: B008 - frozen
        own_scores: Path | str | None = None,
    ) -> list[RankedCandidate]:
        """Put candidate sentences in order, the best first.

        Parameters
        ----------
        candidates : sequence of str, or the path of a file of them
            A sentence each, with or without a score and a tab, or lines of an n-best list.
        weights : RankWeights
            Of the model's log probability, the sum or the mean per word, and of the list's own
            scores.
        own_scores : path, optional
            A file of the list's own scores: a number per line, or a sentence's name and its number.

        Returns
        -------
        list of RankedCandidate
            Group after group; Ctrl+C raises `KeyboardInterrupt`.
        """
        own = None if own_scores is None else own_scores_in(Path(own_scores))
        lines = lines_of(Path(candidates)) if isinstance(candidates, str | Path) else candidates
        read = candidates_of(lines, own)
        with stopped_by_ctrl_c() as control:
            for event in score_candidates(self.language_model, list(read), control):
                if isinstance(event, CandidatesScored):
                    return rank(event.scored, weights)
        raise KeyboardInterrupt

    def score_file(
        self, source: Path | str, target: Path | str, *columns: str, base: str = "10"
    ) -> FileScored:
        """Write the rows of a table with their scores to a new CSV, and return what they sum to.

        `columns` are those of the text; none: it is guessed. Ctrl+C raises `KeyboardInterrupt`
        and leaves no file.
        """
        config, files = CsvConfig(columns=columns), (Path(source), Path(target))
        with stopped_by_ctrl_c() as control, StageBars(shown=True) as bars:
            for event in score_file(
                self.language_model, files[0], config, files[1], control, base=base
            ):
                if isinstance(event, FileScored):
                    return event
                bars.show(event)
        raise KeyboardInterrupt

    def improve(self, sentence: str) -> Better:
        """Find the one word whose replacement makes `sentence` most probable.

        Ctrl+C raises `KeyboardInterrupt`.
        """
        with stopped_by_ctrl_c() as control, StageBars(shown=True) as bars:
            for event in best_replacement(self.language_model, sentence, control):
                if isinstance(event, ReplacementFound):
                    return Better(**fields_of(event))
                bars.show(event)
        raise KeyboardInterrupt

    def next_words(
        self, start: str = "", count: int = 10, *, word: str = "", **filters: Any
    ) -> Following:
        """Return the most probable words after `start`.

        Parameters
        ----------
        start : str
        count : int
            How many words.
        word : str
            A word that is wanted, too, whatever its rank.
        **filters
            Those of `generate`, such as `top_p=0.9`: `drawn_with` tells what they leave.
        """
        unknown = [name for name in filters if name not in FILTERS]
        if unknown:
            raise ConfigError(
                f"There is no filter {', '.join(unknown)}: choose from {', '.join(FILTERS)}."
            )
        settings = SampleConfig(start=start, **filters)
        found = next_words(self.language_model, settings, count, word=word)
        return Following(**fields_of(found))

    def evaluate(self, text: "Text | Path | str") -> Evaluated:
        """Return loss and perplexity over all sentences of a text, or of a file.

        A file is read as the model's own text was. Ctrl+C raises `KeyboardInterrupt`: half a text
        has no loss.
        """
        text = text_for(self.language_model, text)
        # nothing held out, and every word kept: what the model does not know is decided there
        corpus = text.corpus.with_all_words().with_validation_fraction(0.0)
        found = _finished(partial(evaluate_corpus, self.language_model, corpus))
        return Evaluated(**fields_of(found))

    def save(self, path: Path | str) -> None:
        """Write the model; the ending says how: .safetensors, .npz, .onnx or .vec."""
        write_model(self.language_model, path)

    @property
    def words(self) -> tuple[str, ...]:
        """The C words of the vocabulary, the three special ones included, by their id."""
        return self.language_model.vocabulary.words

    @property
    def embeddings(self) -> NDArray[np.floating]:
        """What the network reads for each word: a copy of U transposed, shape (C, H)."""
        U, _, _ = self.language_model.rnn.parameters_as_numpy()
        return np.ascontiguousarray(U.T)

    def embedding(self, word: str) -> NDArray[np.floating]:
        """Return what the network reads for one word, a copy of its column of U, shape (H,)."""
        vocabulary = self.language_model.vocabulary
        wanted = word if word in vocabulary else word.lower()
        if wanted not in vocabulary:
            raise ConfigError(
                f"“{word}” is not in the model's vocabulary; `model.words` has them all."
            )
        (index,) = vocabulary.encode([wanted])
        column: NDArray[np.floating] = self.language_model.rnn.U_by_word[index].cpu().numpy().copy()
        return column

    def hidden_states(self, sentence: str) -> NDArray[np.floating]:
        """Return what the network remembers while it reads, shape (T + 1, H).

        Row 0 is the state after SENTENCE_START, row t that after the t-th word.
        """
        vocabulary = self.language_model.vocabulary
        words = self.language_model.reading.tokenizer.tokenize(sentence)
        ids = [vocabulary.start_id, *vocabulary.encode(words)]
        states: NDArray[np.floating] = self.language_model.rnn.hidden_states(ids).cpu().numpy()
        return states

    @property
    def history(self) -> TrainingHistory:
        """What was measured while the model was trained."""
        return self.language_model.history

    def history_frame(self, *, points: bool = False) -> "pd.DataFrame":
        """Return the history as a pandas frame, one row per evaluation.

        Parameters
        ----------
        points : bool
            One row per point of the training curve instead.

        Raises
        ------
        ConfigError
            If pandas is not installed.
        """
        if points:
            columns = self.history.columns()
            return data_frame({name: list(column) for name, column in columns.items()})
        return data_frame([asdict(done) for done in self.history.evaluations])

    def __repr__(self) -> str:
        return f"<Model: {self.language_model.description}>"

    def _repr_html_(self) -> str:
        rows = [
            [
                f"{done.epoch:.4g}",
                f"{done.training_loss:.4f}",
                "" if done.validation_loss is None else f"{done.validation_loss:.4f}",
            ]
            for done in self.history.evaluations
        ]
        table = html_table(["epoch", "training loss", "held-out loss"], rows) if rows else ""
        return f"<p>{html.escape(self.language_model.description)}</p>{table}"


def fit(
    text: Text,
    epochs: int = 5,
    *,
    hidden_dim: int | None = None,
    recipe: Recipe = "fast",
    learning_rate: float | None = None,
    batch_size: int | None = None,
    label_smoothing: float | None = None,
    time_limit_s: float | None = None,
    device: str = "auto",
    seed: int = 0,
    start_from: Model | None = None,
    progress: bool = True,
) -> Model:
    """Train a network on a text.

    Parameters
    ----------
    text : Text
        From `read`.
    epochs : int
        Passes over the text.
    hidden_dim : int, optional
        H, the numbers that the network remembers; by default the recipe's for the text.
    recipe : {"fast", "tutorial"}
        Adam on mini-batches, or plain gradient descent on one sentence per step.
    learning_rate, batch_size, label_smoothing : optional
        By default the recipe's; with the tutorial's, the last two are not used.
    time_limit_s : float, optional
        End sooner, after so many seconds.
    device : {"auto", "cpu", "cuda"}
    seed : int
        Of the first parameters and the order of the sentences.
    start_from : Model, optional
        Go on with this one, on the same vocabulary.
    progress : bool
        Show a bar and notices on standard error.

    Returns
    -------
    Model
        After Ctrl+C what was learned until then; a second Ctrl+C gives it up.

    Raises
    ------
    DivergedError
        If the loss explodes: try a smaller learning rate.
    """
    model_config = ModelConfig(hidden_dim=hidden_dim, device=device, seed=seed)  # type: ignore[arg-type]
    train_config = TrainConfig(
        recipe=recipe,
        learning_rate=learning_rate,
        batch_size=batch_size,
        label_smoothing=label_smoothing,
        epochs=epochs,
        time_limit_s=time_limit_s,
        seed=seed,
    )
    former = None if start_from is None else start_from.language_model
    if former is not None:
        model_config = former.model_config
    begun = 0.0 if former is None else former.epoch
    learned = former
    with (
        stopped_by_ctrl_c() as control,
        EpochBar(epochs, shown=progress) as bar,
    ):
        for event in train(text.corpus, model_config, train_config, control, start_from=former):
            match event:
                case SnapshotPublished(model=learned):
                    pass
                case LossPoint(epoch=epoch, loss=loss):
                    bar.show(epoch - begun, loss=f"{loss:.3f}")
                case EpochDone(epoch=epoch, validation_loss=held_out):
                    told = {} if held_out is None else {"held_out": f"{held_out:.3f}"}
                    bar.show(epoch - begun, **told)
                case Notice() if progress:
                    tell(event)
                case _:
                    pass
    if learned is None:
        raise KeyboardInterrupt
    return Model(learned)


def _finished(
    work: "Callable[[RunControl], Generator[StageProgress | Notice, None, _Result | None]]",
) -> _Result:
    """Do some work under a bar; Ctrl+C raises `KeyboardInterrupt`, for half of it has no result."""
    with stopped_by_ctrl_c() as control, StageBars(shown=True) as bars:
        result = result_of(work(control), bars.show)
    if result is None:
        raise KeyboardInterrupt
    return result


def load(path: Path | str) -> Model:
    """Open a model file: one of this program's, or the tutorial's .npz with its word list."""
    return Model(open_model(path))
