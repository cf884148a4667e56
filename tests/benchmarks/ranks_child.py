"""One process that trains in `tests.benchmarks.ranks`: alone, or as one of several ranks.

    python -m tests.benchmarks.ranks_child RANK COUNT STORE WORD_DIM HIDDEN_DIM BATCH_SIZE

Rank 0 reads how many seconds to train from each line of its input, and answers with the words per
second. Between two lines the others wait for it, without using a core.
"""

import sys
import time
from collections.abc import Iterator

import torch.distributed as dist

from engine.config import ModelConfig, TrainConfig
from engine.control import RunControl
from engine.errors import RankLostError
from engine.training.distributed.ranks import Ranks
from engine.training.trainer import Trainer
from tests.benchmarks.data import synthetic_corpus

_SENTENCES = 20_000
_NO_LIMIT = 1_000_000  # epochs


def main() -> int:
    """Train until the input ends."""
    rank, count, word_dim, hidden_dim, batch_size = map(int, sys.argv[1:3] + sys.argv[4:])
    ranks = None
    if count > 1:
        store = dist.FileStore(sys.argv[3], count)  # type: ignore[attr-defined]
        ranks = Ranks(rank, count, store, RunControl())
    trainer = Trainer(
        synthetic_corpus(_SENTENCES, word_dim),
        ModelConfig(hidden_dim=hidden_dim, device="cpu"),
        TrainConfig(batch_size=batch_size, epochs=_NO_LIMIT, softmax_sample=1.0),
        ranks=ranks,
    )
    if ranks is not None and not ranks.leads:
        ranks.await_order()
        ranks.send()  # rank 0's state, which is this one's, too
        try:
            for _ in trainer.run(RunControl()):
                pass
        except RankLostError:
            return 0  # rank 0 has ended
    return _serve(trainer)


def _serve(trainer: Trainer) -> int:
    events = trainer.run(RunControl())
    _words_per_s(trainer, events, 0.5)  # to warm up
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        sys.stdout.write(f"{_words_per_s(trainer, events, float(line))}\n")
        sys.stdout.flush()
    return 0


def _words_per_s(trainer: Trainer, events: Iterator[object], least_s: float) -> float:
    next(events)
    words, began_s = trainer._progress.now.words, time.monotonic()
    while time.monotonic() < began_s + least_s:
        next(events)
    return (trainer._progress.now.words - words) / (time.monotonic() - began_s)


if __name__ == "__main__":
    sys.exit(main())
