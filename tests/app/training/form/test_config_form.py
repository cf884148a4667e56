"""The training form: what it says becomes the engine's records, or a sentence at the field."""

from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QSpinBox,
    QToolButton,
)
from pytestqt.qtbot import QtBot

from app.jobs import TrainingChoices
from app.training.form.config_form import ConfigForm
from engine import ModelConfig, TrainConfig
from tests.app.support.training_fakes import fake_defaults
from tests.app.support.widgets import child


@pytest.fixture
def form(qtbot: QtBot) -> ConfigForm:
    form = ConfigForm()
    qtbot.addWidget(form)
    form.recipe_changed.connect(lambda recipe: form.show_recipe_defaults(fake_defaults(recipe)))
    form.show_recipe_defaults(fake_defaults("fast"))
    return form


def chosen(form: ConfigForm) -> TrainingChoices:
    choices = form.choices()
    assert choices is not None
    return choices


def problem(form: ConfigForm, role: str) -> str:
    label = child(form, QLabel, f"training.{role}.problem")
    return label.text() if not label.isHidden() else ""


def spin(form: ConfigForm, role: str) -> QSpinBox:
    return form.findChild(QSpinBox, f"training.{role}_spin")


def choose_recipe(form: ConfigForm, recipe: str) -> None:
    combo = form.findChild(QComboBox, "training.recipe_combo")
    combo.setCurrentIndex(combo.findData(recipe))


def device(request: str, name: str, reason: str) -> Any:
    return SimpleNamespace(request=request, name=name, reason=reason)


DEVICES = (
    device("auto", "CPU (2 threads)", "PyTorch finds no GPU."),
    device("cpu", "CPU (2 threads)", "The CPU was chosen."),
)


def test_that_an_untouched_form_says_the_defaults(form: ConfigForm) -> None:
    choices = chosen(form)

    assert (choices.model, choices.train) == (ModelConfig(), TrainConfig())


def test_that_every_field_reaches_its_record(form: ConfigForm) -> None:
    model = ModelConfig(hidden_dim=64, bptt_truncate=7, seed=3)
    train = TrainConfig(
        recipe="fast",
        learning_rate=0.01,
        batch_size=32,
        softmax_sample=0.05,
        epochs=5,
        time_limit_s=90.0,
        evaluate_every=2,
        seed=3,
    )

    form.show_configs(model, train)

    choices = chosen(form)
    assert (choices.model, choices.train) == (model, train)


def test_that_the_placeholder_shows_the_recipe_s_own_rate(form: ConfigForm) -> None:
    edit = form.findChild(QLineEdit, "training.learning_rate_edit")
    assert edit.placeholderText() == "0.002 (recipe)"

    choose_recipe(form, "tutorial")

    assert edit.placeholderText() == "0.005 (recipe)"


def test_that_the_tutorial_takes_one_sentence_a_step(form: ConfigForm) -> None:
    spin(form, "batch").setValue(32)

    choose_recipe(form, "tutorial")
    assert not spin(form, "batch").isEnabled()
    assert spin(form, "batch").text() == "1"

    choose_recipe(form, "fast")
    assert spin(form, "batch").isEnabled()
    assert spin(form, "batch").value() == 32


def test_that_the_batch_size_of_the_recipe_is_shown_and_left_to_it(form: ConfigForm) -> None:
    assert spin(form, "batch").text() == "64 (recipe)"
    assert chosen(form).train.batch_size is None


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("abc", "The learning rate must be a number such as 0.005, not 'abc'."),
        ("-1", "The learning rate must be a positive number, not -1.0."),
        ("nan", "The learning rate must be a positive number, not nan."),
    ],
)
def test_that_a_wrong_rate_is_answered_beside_its_field(
    qtbot: QtBot, form: ConfigForm, typed: str, sentence: str
) -> None:
    edit = form.findChild(QLineEdit, "training.learning_rate_edit")
    qtbot.keyClicks(edit, typed)

    assert form.choices() is None
    assert problem(form, "learning_rate_edit") == sentence
    assert problem(form, "hidden_spin") == ""


def test_that_a_mended_value_takes_the_sentence_away(qtbot: QtBot, form: ConfigForm) -> None:
    edit = form.findChild(QLineEdit, "training.learning_rate_edit")
    qtbot.keyClicks(edit, "x")
    form.choices()

    qtbot.keyClick(edit, Qt.Key.Key_Backspace)
    qtbot.keyClicks(edit, "0,01")

    assert chosen(form).train.learning_rate == 0.01
    assert problem(form, "learning_rate_edit") == ""


@pytest.mark.parametrize(
    ("role", "value", "sentence"),
    [
        ("hidden", 9000, "The hidden size must be between 1 and 8192, not 9000."),
        ("epochs", 0, "Train for at least one epoch, not 0."),
        ("evaluate", 0, "Evaluate every 1 epoch or more, not every 0."),
        ("batch", 70_000, "The batch size must be between 1 and 65536 sentences, not 70000."),
    ],
)
def test_that_the_engine_s_own_sentence_stands_at_the_field(
    form: ConfigForm, role: str, value: int, sentence: str
) -> None:
    spin(form, role).setValue(value)

    assert form.choices() is None
    assert problem(form, f"{role}_spin") == sentence


def test_that_the_reason_of_the_device_is_shown(form: ConfigForm) -> None:
    form.show_devices(DEVICES)
    combo = form.findChild(QComboBox, "training.device_combo")
    texts = {label.text() for label in form.findChildren(QLabel)}
    assert combo.currentText() == "Automatic: CPU (2 threads)"
    assert "PyTorch finds no GPU." in texts

    combo.setCurrentIndex(1)

    assert chosen(form).model.device == "cpu"
    assert "The CPU was chosen." in {label.text() for label in form.findChildren(QLabel)}


def test_that_a_remembered_gpu_that_is_gone_becomes_automatic(form: ConfigForm) -> None:
    form.show_devices((*DEVICES, device("cuda", "GPU", "A GPU was found.")))
    form.show_configs(ModelConfig(device="cuda"), TrainConfig())

    form.show_devices(DEVICES)

    assert chosen(form).model.device == "auto"


def test_that_tf32_can_be_chosen_where_there_is_a_gpu_only(qtbot: QtBot, form: ConfigForm) -> None:
    check = form.findChild(QCheckBox, "training.tf32_check")
    form.show_devices(DEVICES)
    form.show()
    assert not check.isVisible()

    form.show_devices((*DEVICES, device("cuda", "GPU", "A GPU was found.")))
    with qtbot.waitSignal(form.changed):
        check.click()

    assert check.isVisible()
    assert chosen(form).train == TrainConfig(allow_tf32=True)


def test_that_tf32_is_forgotten_with_the_gpu(form: ConfigForm) -> None:
    form.show_configs(ModelConfig(), TrainConfig(allow_tf32=True))

    form.show_devices(DEVICES)

    assert not chosen(form).train.allow_tf32


def test_that_the_label_of_a_field_gives_it_the_focus(form: ConfigForm) -> None:
    labels = [label for label in form.findChildren(QLabel) if label.buddy() is not None]

    assert {label.buddy().objectName() for label in labels} >= {
        "training.hidden_spin",
        "training.learning_rate_edit",
        "training.device_combo",
    }


def turn_wheel(widget: QSpinBox) -> None:
    event = QWheelEvent(
        QPointF(5, 5),
        QPointF(5, 5),
        QPoint(0, 0),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)


def test_that_scrolling_over_a_field_leaves_it_alone(qtbot: QtBot, form: ConfigForm) -> None:
    with qtbot.waitActive(form):
        form.show()
        form.activateWindow()
    form.show_recipe_defaults(fake_defaults("fast", 1_000_000))
    hidden = spin(form, "hidden")

    spin(form, "epochs").setFocus()
    turn_wheel(hidden)
    assert hidden.text() == "160 (recipe)"

    hidden.setFocus()
    turn_wheel(hidden)
    assert hidden.value() == 161


def test_that_no_size_of_a_text_is_spoken_of_before_there_is_one(form: ConfigForm) -> None:
    def told() -> str:
        return " ".join(label.text() for label in form.findChildren(QLabel))

    form.show_recipe_defaults(fake_defaults("fast", 1_000_000))
    assert "For 1,000,000 words." in told()
    form.show_recipe_defaults(fake_defaults("fast", 1_000_000), has_text=False)
    assert "For 1,000,000 words." not in told()


def test_that_the_softmax_is_a_named_setting_of_the_fast_recipe(form: ConfigForm) -> None:
    combo = form.findChild(QComboBox, "training.softmax_combo")
    form.show_recipe_defaults(fake_defaults("fast", 1_000_000, 8000))
    shown = [combo.itemText(index) for index in range(combo.count())]

    assert shown == ["Sampled 10 % (recipe)", "Exact", "Sampled 10 %"]
    combo.setCurrentText("Exact")
    assert chosen(form).train.softmax_sample == 1.0
    form.show_recipe_defaults(fake_defaults("fast", 1_000_000, 2000))
    assert combo.itemText(0) == "Exact (recipe)"
    choose_recipe(form, "tutorial")
    assert combo.isHidden() or combo.parentWidget().isHidden()


def test_that_what_a_run_took_from_its_recipe_is_no_change(form: ConfigForm, qtbot: QtBot) -> None:
    run = TrainConfig(learning_rate=0.002, batch_size=64, softmax_sample=1.0)
    form.show_configs(ModelConfig(), run)
    form.show_choices(ModelConfig(), TrainConfig())  # as they stood in the form
    assert not form.is_changed

    qtbot.keyClicks(form.findChild(QLineEdit, "training.learning_rate_edit"), "0.01")

    assert form.is_changed
    assert not form.findChild(QToolButton, "training.learning_rate_edit.reset").isHidden()
    assert form.findChild(QToolButton, "training.batch_spin.reset").isHidden()
