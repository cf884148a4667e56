"""Take down all that a run under way needs to go on.

What a state holds is in `engine.training_state`; `engine.trainer` says when it is whole.
"""

from engine.corpus.corpus import Corpus
from engine.epoch_judge import EpochJudge
from engine.run_books import RunBooks
from engine.training_state import TrainingProgress, TrainingState, copies, copy_parameters
from engine.workplace import Workplace


def state_of_run(
    corpus: Corpus, place: Workplace, books: RunBooks, judge: EpochJudge, text_digest: str
) -> TrainingState:
    """Return copies, on the CPU, of everything that changes while a run goes on."""
    return TrainingState(
        progress=TrainingProgress(
            **books.counts(),
            **judge.losses(),
            epoch_loss=float(place.epoch_loss),
            learning_rate=place.optimizer.learning_rate,
            batch_size=place.stepper.batch_size,
            text_digest=text_digest,
        ),
        model_config=place.model_config,
        train_config=place.train_config,
        summary=corpus.summary,
        vocabulary=corpus.vocabulary,
        history=books.recorder.snapshot(),
        parameters=copy_parameters(place.rnn),
        best=copy_parameters(judge.best),
        optimizer=copies(place.optimizer.state_tensors()),
    )
