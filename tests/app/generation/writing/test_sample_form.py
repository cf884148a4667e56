"""The form of the sampler: temperature in two fields, a seed or none."""

from typing import TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QSlider,
    QSpinBox,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.generation.writing.sample_form import SampleForm, temperature_hint
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


def test_that_a_preset_fills_the_fields_and_announces_one_change(
    qtbot: QtBot, form: SampleForm
) -> None:
    changes: list[SampleConfig] = []
    form.changed.connect(lambda: changes.append(form.settings()))

    qtbot.mouseClick(child(form, QPushButton, "preset_careful_button"), Qt.MouseButton.LeftButton)

    assert changes == [SampleConfig(temperature=0.7, top_p=0.9, repetition_penalty=1.1)]
    assert child(form, QPushButton, "preset_careful_button").isChecked()
    assert child(form, QToolButton, "filters_button").text() == (
        "Filters: top-p 0.9  ·  repetition 1.1"
    )


def test_that_filters_unfold_and_reach_the_settings(qtbot: QtBot, form: SampleForm) -> None:
    form.show()
    top_k = child(form, QSpinBox, "top_k_spin")
    assert not top_k.isVisible()

    qtbot.mouseClick(child(form, QToolButton, "filters_button"), Qt.MouseButton.LeftButton)
    assert top_k.isVisible()
    top_k.setValue(40)
    child(form, QDoubleSpinBox, "min_p_spin").setValue(0.05)

    assert form.settings() == SampleConfig(top_k=40, min_p=0.05)
    assert not child(form, QPushButton, "preset_as_learned_button").isChecked()


def test_that_a_ladder_and_a_beam_search_take_what_counts_for_them(form: SampleForm) -> None:
    kinds = child(form, QComboBox, "kind_combo")
    child(form, QSpinBox, "count_spin").setValue(80)
    child(form, QDoubleSpinBox, "temperature_spin").setValue(0.4)

    kinds.setCurrentIndex(1)
    assert form.settings().ladder[0] == 0.0
    assert not child(form, QSpinBox, "count_spin").isEnabled()

    kinds.setCurrentIndex(2)
    assert form.settings() == SampleConfig(count=80, beams=80)
    assert not child(form, QSlider, "temperature_slider").isEnabled()

    kinds.setCurrentIndex(0)
    assert form.settings() == SampleConfig(count=80, temperature=0.4)


@pytest.mark.parametrize(
    "stored",
    [
        SampleConfig(ladder=(0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0), top_k=5),
        SampleConfig(count=4, beams=50),
        SampleConfig(max_length=12, repetition_penalty=1.3, temperature=0.0),
    ],
)
def test_that_stored_settings_of_each_kind_come_back(
    stored: SampleConfig, form: SampleForm
) -> None:
    form.show_settings(stored)

    assert form.settings() == stored


def test_that_the_shortest_length_never_passes_the_longest(form: SampleForm) -> None:
    child(form, QSpinBox, "min_length_spin").setValue(150)
    assert form.settings().max_length == 150

    child(form, QSpinBox, "max_length_spin").setValue(20)
    assert form.settings().min_length == 20
