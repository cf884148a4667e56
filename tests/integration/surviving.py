"""Train in child processes that are killed in the middle: the zygote of the kill tests.

It loads PyTorch and the corpus once and forks a child for each line it reads:

    train RUN DELAY EVENTS      resume RUN DELAY EVENTS      (DELAY < 0: let it come to its end)

and kills it so many seconds after so many of its events. It answers each with "killed" or "ended",
the exit code and the number of events.
"""

import os
import signal
import sys
import time
from pathlib import Path

import torch

from engine.config import CorpusConfig, ModelConfig, TrainConfig
from engine.control import RunControl
from engine.corpus.corpus import Corpus
from engine.runs import recorder, writer
from engine.runs.store import RunStore
from engine.training import trainer
from tests.engine.support.corpora import corpus_of

EPOCHS = 12


def settings(csv: Path) -> tuple[CorpusConfig, ModelConfig, TrainConfig]:
    """Return the settings of the run that is killed."""
    return (
        CorpusConfig(path=csv, vocabulary_size=18, validation_fraction=0.2, processes=1),
        ModelConfig(hidden_dim=24, device="cpu"),
        TrainConfig(epochs=EPOCHS, batch_size=3, learning_rate=0.1),
    )


def save_all_the_time() -> None:
    """Let every event be followed by a save."""
    trainer._POINT_EVERY_S = 0.0
    recorder._AUTOSAVE_S = 0.0
    recorder._RETRY_S = 0.0


def prepare(csv: Path) -> Corpus:
    """Return the corpus of the run."""
    return corpus_of(settings(csv)[0])


def work(store: RunStore, corpus: Corpus, csv: Path, command: str, run_id: str, ready: int) -> None:
    """Train in this process, one step a millisecond so that there is time to be killed."""
    os.write(ready, b".")
    if command == "train":
        events = store.train(corpus, *settings(csv), RunControl(), run_id=run_id)
    else:
        events = store.resume(run_id, corpus, RunControl())
    for _ in events:
        os.write(ready, b".")
        time.sleep(0.001)


def main() -> None:
    """Serve until the input ends."""
    csv, store = Path(sys.argv[1]), RunStore(Path(sys.argv[2]))
    torch.set_num_threads(1)  # no threads: a fork keeps only one
    save_all_the_time()
    corpus = prepare(csv)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        command, run_id, delay, wanted = line.split()
        ready, child_ready = os.pipe()
        child = os.fork()
        if child == 0:
            work(store, corpus, csv, command, run_id, child_ready)
            os._exit(0)
        os.close(child_ready)
        seen = -1  # it says first that it is there
        while (seen < int(wanted) or float(delay) < 0.0) and os.read(ready, 1):
            seen += 1
        if float(delay) >= 0.0:
            time.sleep(float(delay))
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        os.close(ready)
        sys.stdout.write("killed\n" if os.WIFSIGNALED(status) else f"ended {status} {seen}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    assert writer  # imported before the first fork
    main()
