"""The time of a run leaves out its pauses."""

from engine.control import RunControl
from engine.training.progress import RunClock
from tests.engine.support.runs import PausedOnce, ScriptedClock


def test_that_the_time_of_an_earlier_run_is_added() -> None:
    clock = ScriptedClock()
    run_clock = RunClock(30.0, clock)

    clock.now_s += 2.0

    assert run_clock.elapsed_s() == 32.0


def test_that_a_pause_is_left_out() -> None:
    clock = ScriptedClock()
    control = PausedOnce(clock, 1000.0)
    run_clock = RunClock(clock=clock)

    goes_on = run_clock.proceed(control)
    clock.now_s += 1.0

    assert goes_on
    assert run_clock.elapsed_s() == 1.0


def test_that_work_between_pauses_is_counted() -> None:
    clock, control = ScriptedClock(), RunControl()
    run_clock = RunClock(clock=clock)

    clock.now_s += 3.0

    assert run_clock.proceed(control)
    assert run_clock.elapsed_s() == 3.0


def test_that_a_stop_is_passed_on() -> None:
    control = RunControl()
    control.stop()

    assert not RunClock(clock=ScriptedClock()).proceed(control)
