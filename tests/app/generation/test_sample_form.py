"""The form of the sampler: temperature in two fields, a seed or none."""

from typing import TypeVar

import pytest
from PySide6.QtWidgets import QCheckBox, QDoubleSpinBox, QLabel, QLineEdit, QSlider, QWidget
from pytestqt.qtbot import QtBot

from app.generation.sample_form import SampleForm, temperature_hint
from engine import SampleConfig

T = TypeVar("T", bound=QWidget)


@pytest.fixture
def form(qtbot: QtBot) -> SampleForm:
    form = SampleForm()
    qtbot.addWidget(form)
    return form


def child(form: SampleForm, kind: type[T], role: str) -> T:
    found = form.findChild(kind, f"generation.{role}")
    assert found is not None
    return found


def test_that_the_tutorial_s_minimum_length_is_the_default(form: SampleForm) -> None:
    assert form.settings() == SampleConfig(count=10, min_length=7, temperature=1.0, seed=None)


def test_that_slider_and_spin_box_show_the_same_temperature(form: SampleForm) -> None:
    child(form, QSlider, "temperature_slider").setValue(30)
    assert child(form, QDoubleSpinBox, "temperature_spin").value() == pytest.approx(1.5)

    child(form, QDoubleSpinBox, "temperature_spin").setValue(0.5)
    assert child(form, QSlider, "temperature_slider").value() == 10


def test_that_the_slider_does_not_round_a_typed_temperature(form: SampleForm) -> None:
    child(form, QDoubleSpinBox, "temperature_spin").setValue(0.73)

    assert form.settings().temperature == pytest.approx(0.73)


@pytest.mark.parametrize(
    ("temperature", "word"),
    [(0.05, "careful"), (0.5, "careful"), (1.0, "as learned"), (1.2, "bold"), (2.0, "wild")],
)
def test_that_a_temperature_is_explained_in_plain_words(temperature: float, word: str) -> None:
    assert word in temperature_hint(temperature)


def test_that_the_hint_follows_the_slider(form: SampleForm) -> None:
    child(form, QSlider, "temperature_slider").setValue(40)

    assert "wild" in child(form, QLabel, "temperature_hint").text()


def test_that_a_typed_seed_is_used_only_without_random(qtbot: QtBot, form: SampleForm) -> None:
    child(form, QCheckBox, "random_seed_check").setChecked(False)
    qtbot.keyClicks(child(form, QLineEdit, "seed_edit"), "12x3")
    assert form.settings().seed == 123

    child(form, QCheckBox, "random_seed_check").setChecked(True)
    assert form.settings().seed is None


def test_that_a_used_seed_can_be_kept_by_switching_random_off(form: SampleForm) -> None:
    form.show_used_seed(3735928559)

    child(form, QCheckBox, "random_seed_check").setChecked(False)

    assert form.settings().seed == 3735928559


def test_that_showing_stored_settings_announces_no_change(qtbot: QtBot, form: SampleForm) -> None:
    stored = SampleConfig(count=3, min_length=0, temperature=0.4, seed=9)

    with qtbot.assertNotEmitted(form.changed):
        form.show_settings(stored)

    assert form.settings() == stored
