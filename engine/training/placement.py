"""Make the network, update rule and steps of a run on one device, and move them to the CPU.

If that device has no memory for the network, or in the end not even for a single
sentence, everything moves to the CPU and the run goes on from the same place. When that
is so is found out by the callers; here it is acted on, after the error is let go of: while
an error is held, so is its memory.
"""

import math
from functools import partial

import numpy as np
import torch

from engine.config import ModelConfig, TrainConfig
from engine.control import Notice
from engine.corpus.corpus import Sentences
from engine.corpus.training_text import TrainingText
from engine.errors import ConfigError, DeviceError
from engine.language_model.model import LanguageModel
from engine.network.device import (
    CPU,
    choose_device,
    cpu_instead_of,
    if_it_fits,
    return_unused_memory,
    set_precision,
)
from engine.network.rnn import RNN
from engine.recipes import fill_in, recipe_defaults, tuning_of
from engine.training.distributed.ranks import Ranks
from engine.training.distributed.work import SharedSteps
from engine.training.optimizers import Optimizer
from engine.training.state import TrainingState, load_parameters
from engine.training.steps import Dropout, EpochSteps, SoftmaxSample, make_optimizer

_CONSTANT = 3.0  # U's entries of hidden number 0, which is then tanh(3) = 0.995
_OTHERS = 0.1  # times the tutorial's first V: how common words are is known, the rest is not
_RARE = 0.5  # times that a word is taken to occur more often than it does
_IDS_AT_ONCE = 1 << 20
_SMALLER = "Close other programs, or choose a smaller vocabulary or hidden size."


class Placement:
    """The live network and what changes it.

    Parameters
    ----------
    corpus : TrainingText
    model_config : ModelConfig
    train_config : TrainConfig
    start_from : LanguageModel or None
        What is trained further.
    ranks : Ranks, optional
        The processes that train this run together.
    is_resumed : bool
        Whether `load` follows: then a new network need not know the text.

    Attributes
    ----------
    ranks : Ranks or None
    model_config : ModelConfig
    train_config : TrainConfig
    rnn : RNN
        The same object for the whole run, wherever its numbers are.
    optimizer : Optimizer
    steps : EpochSteps
        What goes through an epoch with the stepper, or with steps of the device itself.
    choice : DeviceChoice
        The device for the user.
    notice : Notice or None
        What is to be told of the beginning: that the network found no room on the device.

    Raises
    ------
    DeviceError
        If the requested device is not there, or not even the CPU has memory for the network.
    """

    def __init__(
        self,
        corpus: TrainingText,
        model_config: ModelConfig,
        train_config: TrainConfig,
        start_from: LanguageModel | None,
        ranks: Ranks | None = None,
        *,
        is_resumed: bool = False,
    ) -> None:
        self.ranks, self._is_resumed = ranks, is_resumed
        self.model_config, self.train_config = model_config, train_config
        self._corpus, self._start_from = corpus, start_from
        self.notice: Notice | None = None
        device, self.choice = choose_device(model_config.device)
        made = if_it_fits(partial(self._make, device))
        if made is None and device != CPU:
            return_unused_memory(device)
            self.notice = self._told("the network")
            device, self.choice = CPU, cpu_instead_of(self.choice)
            made = if_it_fits(partial(self._make, device))
        if made is None:
            raise DeviceError(f"The computer has no memory left for the network. {_SMALLER}")
        self.rnn, self.optimizer = made
        set_precision(device, allow_tf32=train_config.allow_tf32)
        self._batch_size = fill_in(train_config)[1]
        make_steps = EpochSteps if ranks is None else partial(SharedSteps, ranks)
        self.steps = make_steps(
            self.rnn,
            corpus.training,
            self.optimizer,
            self._batch_size,
            self.choice,
            Dropout(train_config),
            SoftmaxSample(train_config, corpus.vocabulary.counts),
        )

    def load(self, state: TrainingState) -> None:
        """Take over the numbers of an earlier run."""
        self.optimizer.learning_rate = state.progress.learning_rate
        self.steps.batch_size = state.progress.batch_size
        if not if_it_fits(lambda: self._load_tensors(state)):
            self.notice = self.leave("the state of the run")
            self._load_tensors(state)
        self.steps.loss_sum.fill_(state.progress.epoch_loss)

    def make_room(self) -> Notice:
        """Go on after the next step did not fit; it changed nothing."""
        if self.steps.next_size() > 1:
            return self.steps.halve()
        return self.leave("a step on a single sentence")

    def leave(self, unfit: str = "a single sentence") -> Notice:
        """Move everything to the CPU, because there is no room for what `unfit` says.

        Raises
        ------
        DeviceError
            If it is there already.
        """
        former = self.rnn.device
        if former == CPU:
            raise DeviceError(f"The computer has no memory left for {unfit}. {_SMALLER}")
        notice = self._told(unfit)
        self.choice = cpu_instead_of(self.choice)
        self.steps.leave_device()
        self.rnn.move_to(CPU)
        self.optimizer.follow_network()
        # Halving went down to one sentence; the CPU takes as many as the run was to have.
        self.steps.follow_network(self.choice, self._batch_size)
        return_unused_memory(former)
        return notice

    def _make(self, device: torch.device) -> tuple[RNN, Optimizer]:
        """Return a network and its update rule."""
        config = self.train_config
        spread = recipe_defaults(config.recipe).input_range
        rnn = make_network(self._corpus, self.model_config, self._start_from, device, spread)
        is_new = self._start_from is None and not self._is_resumed
        if is_new and tuning_of(config).unigram_start:
            start_with_unigrams(rnn, self._corpus.training)
        return rnn, make_optimizer(rnn, config, is_shared=self.ranks is not None)

    def _load_tensors(self, state: TrainingState) -> bool:
        load_parameters(self.rnn, state.parameters)
        self.optimizer.load_state_tensors(state.optimizer)
        return True

    def _told(self, unfit: str) -> Notice:
        """Return what the user is told of a move to the CPU; `choice` is the former device."""
        name = self.choice.name
        chosen = f"You chose {name}, but it" if self.model_config.device == "cuda" else name
        return Notice(
            text=f"{chosen} has no memory left for {unfit}. The training goes on on the CPU from "
            "the same place: nothing is lost, but it is slower. To train on the GPU again, close "
            "other programs that use it, or choose a smaller vocabulary or hidden size.",
            device=cpu_instead_of(self.choice).name,
        )


def make_network(
    corpus: TrainingText,
    config: ModelConfig,
    start_from: LanguageModel | None,
    device: torch.device,
    input_range: float | None = None,
) -> RNN:
    """Return a new network, or an own copy of the one that is trained further.

    The tutorial's first U is so small (±1/sqrt(C)) that the hidden states of all words
    are nearly alike, and many steps go by before they differ. `input_range` gives a new
    network a wider uniform U; the network and its gradients are the same.

    Raises
    ------
    ConfigError
        If `start_from` was trained on another vocabulary.
    """
    words = corpus.vocabulary.words
    if start_from is None:
        network = RNN(
            len(words),
            config.units,
            config.bptt_truncate,
            dtype=config.dtype,
            device=device,
            seed=config.seed,
        )
        if input_range is not None:
            network.U_by_word.mul_(input_range * math.sqrt(len(words)))
        return network
    if start_from.vocabulary.words != words:
        raise ConfigError(
            "The model cannot be trained further on this text: its vocabulary has "
            f"{start_from.word_dim:,} words and differs from the text's {len(words):,}. "
            "Prepare the text that it was trained on, or train a new model."
        )
    network = start_from.rnn.copy(dtype=config.dtype, device=device)
    network.bptt_truncate = config.bptt_truncate
    return network


@torch.no_grad()
def start_with_unigrams(rnn: RNN, sentences: Sentences) -> None:
    """Let a new network predict each word by how common it is, whatever came before.

    Hidden number 0 becomes a constant: its row of U is one value, and its row of W zero. Column 0
    of V holds the logarithms of the words' shares, and what else V says is made small. The network
    stays the tutorial's, and all of it is trained.
    """
    if rnn.hidden_dim < 2:  # nothing would be left to learn with
        return
    counts = np.full(rnn.word_dim, _RARE)  # (C,)
    for begin in range(0, len(sentences.ids), _IDS_AT_ONCE):
        counts += np.bincount(sentences.ids[begin : begin + _IDS_AT_ONCE], minlength=len(counts))
    counts[sentences.ids[0]] = _RARE  # SENTENCE_START, as of every sentence, is never predicted
    logs = np.log(counts / counts.sum())
    rnn.V.mul_(_OTHERS)
    rnn.U_by_word[:, 0] = _CONSTANT
    rnn.W[0, :] = 0.0
    rnn.V[:, 0] = torch.from_numpy((logs - logs.mean()) / math.tanh(_CONSTANT)).to(rnn.V)
