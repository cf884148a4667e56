"""Steps in shapes that are always the same equal the tutorial's, whatever is filled up."""

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.config import Dtype
from engine.network.batching import batch_from_flat
from engine.network.reference import RNNNumpy
from engine.network.rnn import RNN
from engine.recipes import Tuning
from engine.training.cuda_graphs import steps
from engine.training.cuda_graphs.optimizers import DeviceAdam, DeviceSgd
from engine.training.optimizers import ClippedAdam, PlainSgd
from tests.engine.support.device_runs import Epoch, NotRecordable, PlayedBack, pairs, sentences_of

RATE = 2.0**-8  # the same in float32, which is what Adam has of it

cases = st.fixed_dictionaries(
    {
        "word_dim": st.integers(2, 30),
        "hidden_dim": st.integers(1, 12),
        "lengths": st.lists(st.integers(1, 40), min_size=1, max_size=9),
        "batch_size": st.integers(1, 6),
        "truncate": st.integers(0, 45),
        "scale": st.sampled_from([0.3, 1.0, 3.0]),
        "seed": st.integers(0, 10_000),
    }
)
HARD = {"word_dim": 4, "hidden_dim": 3, "scale": 1.0, "seed": 1}


def a_network(case: dict, dtype: Dtype = "float64") -> tuple[RNNNumpy, RNN]:
    """Return the reference and ours, with the same parameters."""
    model = RNNNumpy(case["word_dim"], case["hidden_dim"], case["truncate"], seed=case["seed"])
    model.U, model.V, model.W = (case["scale"] * each for each in (model.U, model.V, model.W))
    rnn = RNN.from_parameters(
        model.U, model.V, model.W, bptt_truncate=case["truncate"], dtype=dtype
    )
    return model, rnn


def assert_steps_are_the_tutorials(
    case: dict, dtype: Dtype, tolerance: float, recorder: PlayedBack | None = None
) -> None:
    """Go through the sentences by both, the summed gradients of each batch subtracted.

    Large parameters make the recurrence chaotic: the last bit of a sum, in which both differ,
    grows from step to step, so they are compared a thousand times less strictly.
    """
    tolerance *= 1000.0 if case["scale"] > 1.0 else 1.0
    model, rnn = a_network(case, dtype)
    sentences = sentences_of(case["lengths"], case["word_dim"], case["seed"])
    epoch = Epoch(rnn, sentences, lambda net: DeviceSgd(net, RATE), case["batch_size"], recorder)
    order = np.random.default_rng(case["seed"]).permutation(len(sentences)).tolist()

    epoch.go_through(order)

    loss = 0.0
    for begin in range(0, len(order), case["batch_size"]):
        xs, ys = pairs(sentences, order[begin : begin + case["batch_size"]])
        total, *gradients = model.loss_and_gradients(xs, ys)
        loss += total
        for parameter, gradient in zip((model.U, model.V, model.W), gradients, strict=True):
            parameter -= RATE * gradient
    assert float(epoch.loss_sum) == pytest.approx(loss, rel=tolerance)
    for mine, true in zip(rnn.parameters_as_numpy(), (model.U, model.V, model.W), strict=True):
        assert np.abs(mine - true).max() <= tolerance * np.abs(true).max()


@settings(max_examples=80)
@given(case=cases)
@example(case=HARD | {"lengths": [1], "batch_size": 1, "truncate": 4})
@example(case=HARD | {"lengths": [1, 1, 1, 1], "batch_size": 3, "truncate": 4})
@example(case=HARD | {"lengths": [40, 1, 17], "batch_size": 3, "truncate": 45})
def test_that_float64_steps_are_the_tutorials(case: dict) -> None:
    assert_steps_are_the_tutorials(case, "float64", 1e-10)


@settings(max_examples=40)
@given(case=cases)
def test_that_float32_steps_are_near_the_tutorials(case: dict) -> None:
    assert_steps_are_the_tutorials(case | {"scale": min(1.0, case["scale"])}, "float32", 1e-4)


@settings(max_examples=30)
@given(case=cases, chunk=st.integers(1, 9))
def test_that_chunks_of_slots_make_the_same_steps(case: dict, chunk: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(steps, "chunk_slots", lambda word_dim: chunk)
        assert_steps_are_the_tutorials(case, "float64", 1e-10)


@pytest.mark.parametrize("batch_size", [1, 32])
def test_that_recorded_steps_are_the_tutorials(batch_size: int) -> None:
    recorder = PlayedBack()
    lengths = np.random.default_rng(5).integers(1, 30, 150).tolist()
    case = HARD | {"lengths": lengths, "batch_size": batch_size, "truncate": 4}

    assert_steps_are_the_tutorials(case, "float64", 1e-10, recorder)

    assert recorder.replays >= recorder.recordings > 0
    assert recorder.runs + recorder.replays == -(-150 // batch_size)


@pytest.mark.parametrize("clip_norm", [None, 100.0, 0.05], ids=["none", "loose", "tight"])
@pytest.mark.parametrize(("batch_size", "smoothing"), [(1, 0.0), (32, 0.0), (32, 0.2)])
def test_that_adam_takes_the_ordinary_steps(
    batch_size: int, smoothing: float, clip_norm: float | None
) -> None:
    _, rnn = a_network(HARD | {"truncate": 4})
    twin = rnn.copy()
    sentences = sentences_of(np.random.default_rng(3).integers(1, 30, 90).tolist(), 4)
    order = np.random.default_rng(4).permutation(90)
    tuning = Tuning(label_smoothing=smoothing)
    epoch = Epoch(rnn, sentences, lambda net: DeviceAdam(net, RATE, clip_norm, tuning), batch_size)

    epoch.go_through(order.tolist())

    ordinary = ClippedAdam(twin, RATE, clip_norm, tuning)
    loss = 0.0
    for begin in range(0, 90, batch_size):
        chosen = order[begin : begin + batch_size]
        loss += float(ordinary.step(batch_from_flat(sentences.ids, sentences.offsets, chosen)))
    assert float(epoch.loss_sum) == pytest.approx(loss, rel=1e-10)
    for mine, true in zip(rnn.parameters(), twin.parameters(), strict=True):
        torch.testing.assert_close(mine, true, rtol=1e-9, atol=1e-12)
    mine_state, true_state = epoch.rule.state_tensors(), ordinary.state_tensors()
    assert mine_state.keys() == true_state.keys()
    for name, value in true_state.items():
        torch.testing.assert_close(mine_state[name], value, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("rule", [DeviceSgd, DeviceAdam])
def test_that_a_new_learning_rate_counts_in_recorded_steps(rule: type) -> None:
    extra = (None,) if rule is DeviceAdam else ()
    networks = [a_network(HARD | {"truncate": 2})[1] for _ in range(2)]
    sentences = sentences_of([5] * 8, 4)
    changed = Epoch(networks[0], sentences, lambda net: rule(net, RATE, *extra), 2)
    fresh = Epoch(networks[1], sentences, lambda net: rule(net, RATE, *extra), 2)
    changed.go_through(range(8))
    for parameter, other in zip(networks[0].parameters(), networks[1].parameters(), strict=True):
        other.copy_(parameter)

    for epoch in (changed, fresh):
        epoch.rule.forget()
        epoch.rule.learning_rate = RATE / 4
        epoch.go_through(range(8))

    assert changed.steps.recordings == 1
    for mine, true in zip(networks[0].parameters(), networks[1].parameters(), strict=True):
        torch.testing.assert_close(mine, true, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("rule", ["sgd", "sgd in chunks", "adam"])
@pytest.mark.parametrize("broken", ["V", "W", "U"])
def test_that_no_step_follows_a_loss_that_is_no_number(
    rule: str, broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if rule == "sgd in chunks":
        monkeypatch.setattr(steps, "chunk_slots", lambda word_dim: 2)
    _, rnn = a_network(HARD | {"truncate": 2})
    sentences = sentences_of([6] * 4, 4)
    make = (
        (lambda net: DeviceAdam(net, RATE, 1.0))
        if rule == "adam"
        else (lambda net: DeviceSgd(net, RATE))
    )
    epoch = Epoch(rnn, sentences, make, 1)
    epoch.go_through(range(4))
    getattr(rnn, broken)[:, 1] = torch.nan
    before = [each.clone() for each in rnn.parameters()]
    state = {name: each.clone() for name, each in epoch.rule.state_tensors().items()}

    epoch.go_through(range(4))

    assert torch.isnan(epoch.loss_sum)
    for now, old in zip(rnn.parameters(), before, strict=True):
        torch.testing.assert_close(now, old, rtol=0.0, atol=0.0, equal_nan=True)
    for name, now in epoch.rule.state_tensors().items():
        torch.testing.assert_close(now, state[name], rtol=0.0, atol=0.0)


def test_that_a_gradient_beyond_all_bounds_is_not_applied_and_stops_what_follows() -> None:
    case = {"word_dim": 4, "hidden_dim": 3, "scale": 1.0, "seed": 1, "truncate": 40}
    _, rnn = a_network(case, "float32")
    rnn.W.mul_(0.0)
    rnn.W[0, 1] = rnn.W[1, 0] = 1e30  # errors grow by 1e30 a step back
    rnn.U_by_word.mul_(0.0)  # all states are zero, where tanh lets every error through
    before = [each.clone() for each in rnn.parameters()]
    epoch = Epoch(rnn, sentences_of([9, 9], 4), lambda net: DeviceSgd(net, RATE), 1)

    epoch.go_through(range(2))

    assert torch.isnan(epoch.loss_sum)
    for now, old in zip(rnn.parameters(), before, strict=True):
        torch.testing.assert_close(now, old, rtol=0.0, atol=0.0)


def test_that_steps_go_on_where_recording_is_refused() -> None:
    case = HARD | {"truncate": 2}
    (_, refused), (_, recorded) = a_network(case), a_network(case)
    sentences = sentences_of([5] * 9, 4)
    epochs = [
        Epoch(refused, sentences, lambda net: DeviceSgd(net, RATE), 2, NotRecordable()),
        Epoch(recorded, sentences, lambda net: DeviceSgd(net, RATE), 2),
    ]

    for epoch in epochs:
        epoch.go_through(range(9))

    assert epochs[0].steps.problem == "CUDA error: operation not permitted"
    assert epochs[0].steps.recordings == 0
    for mine, true in zip(refused.parameters(), recorded.parameters(), strict=True):
        torch.testing.assert_close(mine, true, rtol=0.0, atol=0.0)


def test_that_very_long_sentences_are_not_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "_MOST_STEPS", 8)
    recorder = PlayedBack()
    case = HARD | {"lengths": [9, 9, 9, 8, 8], "batch_size": 1, "truncate": 3}

    assert_steps_are_the_tutorials(case, "float64", 1e-10, recorder)

    assert (recorder.runs, recorder.recordings, recorder.replays) == (4, 1, 1)


def test_that_an_epoch_can_be_begun_in_the_middle_with_smaller_batches() -> None:
    _, rnn = a_network(HARD | {"truncate": 2})
    twin = rnn.copy()
    sentences = sentences_of([3, 7, 2, 9, 4, 4, 1], 4)
    epoch = Epoch(rnn, sentences, lambda net: DeviceSgd(net, RATE), 3)
    epoch.steps.begin(np.arange(7), 3)
    epoch.steps.step()

    epoch.batch_size = 2
    epoch.go_through([3, 4, 5, 6])

    ordinary = PlainSgd(twin, RATE)
    for chosen in ([0, 1, 2], [3, 4], [5, 6]):
        ordinary.step(batch_from_flat(sentences.ids, sentences.offsets, np.array(chosen)))
    for mine, true in zip(rnn.parameters(), twin.parameters(), strict=True):
        torch.testing.assert_close(mine, true, rtol=1e-10, atol=1e-12)


def test_that_the_rules_can_take_ordinary_steps_and_go_on_with_them() -> None:
    _, rnn = a_network(HARD | {"truncate": 2})
    twin = rnn.copy()
    sentences = sentences_of([5, 3, 4, 6], 4)
    batch = batch_from_flat(sentences.ids, sentences.offsets, np.array([2, 3]))
    epoch = Epoch(rnn, sentences, lambda net: DeviceAdam(net, RATE, 1.0), 2)
    epoch.go_through([0, 1])
    epoch.rule.step(batch)
    epoch.rule.follow_network()
    epoch.rule.step(batch)

    ordinary = ClippedAdam(twin, RATE, 1.0)
    ordinary.step(batch_from_flat(sentences.ids, sentences.offsets, np.array([0, 1])))
    for _ in range(2):
        ordinary.step(batch)
    for mine, true in zip(rnn.parameters(), twin.parameters(), strict=True):
        torch.testing.assert_close(mine, true, rtol=1e-10, atol=1e-12)


def test_that_what_does_not_fit_is_refused_as_a_state() -> None:
    _, rnn = a_network(HARD | {"truncate": 2})
    rule = DeviceAdam(rnn, RATE, 1.0)

    with pytest.raises(ValueError, match="do not fit"):
        rule.load_state_tensors({"0.step": torch.zeros(())})
