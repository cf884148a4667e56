"""A monkey at the window: clicks, keys, wheel, sizes, tabs, menus and files of chance."""

import random
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent, QKeyEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from tests.app.support.widgets import child

KEYS = (
    *(Qt.Key.Key_Tab, Qt.Key.Key_Backtab, Qt.Key.Key_Return, Qt.Key.Key_Escape, Qt.Key.Key_Space),
    *(Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home),
    *(Qt.Key.Key_End, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Delete),
    *(Qt.Key.Key_Backspace, Qt.Key.Key_F1, Qt.Key.Key_F2, Qt.Key.Key_F4, Qt.Key.Key_Menu),
    *(Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_3, Qt.Key.Key_9, Qt.Key.Key_0, Qt.Key.Key_Minus),
    *(Qt.Key.Key_A, Qt.Key.Key_C, Qt.Key.Key_O, Qt.Key.Key_S, Qt.Key.Key_V, Qt.Key.Key_X),
    *(Qt.Key.Key_Z, Qt.Key.Key_G, Qt.Key.Key_P, Qt.Key.Key_R, Qt.Key.Key_T, Qt.Key.Key_Q),
)
NONE = Qt.KeyboardModifier.NoModifier
MODIFIERS = (
    *(NONE, NONE, NONE, NONE, Qt.KeyboardModifier.ShiftModifier),
    *(Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier),
    Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier,
)
TYPED = ("the old dog saw a cat .", "0.5", "-1", "99999999999", "1e-3", "é“’", "", "  ", "x" * 300)
LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton


class Monkey:
    """Does one thing of chance after the other and remembers what it did."""

    def __init__(self, window: QWidget, chance: random.Random, files: Sequence[Path]) -> None:
        self.window, self._chance, self._files = window, chance, files
        self.deeds: list[str] = []
        self._ways: list[tuple[Callable[[], str], float]] = [
            (self._press_button, 30),
            (self._click, 22),
            (self._press_key, 16),
            (self._type, 5),
            (self._turn_wheel, 6),
            (self._drag, 4),
            (self._resize, 3),
            (self._switch_tab, 5),
            (self._choose_in_menu, 6),
            (self._drop_files, 2),
            (self._close, 0.2),
        ]

    def act(self) -> None:
        """Do one thing and let the program answer."""
        ways, weights = zip(*self._ways, strict=True)
        popup = QApplication.activePopupWidget()
        if popup is not None and self._chance.random() < 0.3:
            self.deeds.append("escape a popup")
            QTest.keyClick(popup, Qt.Key.Key_Escape)
        else:
            way: Callable[[], str] = self._chance.choices(ways, weights)[0]
            self.deeds.append(f"begin {way.__name__}")  # should it never come back
            self.deeds[-1] = way()
        QApplication.processEvents()

    def _top(self) -> QWidget:
        """Return a window that can be clicked: a popup, a dialog or the main window."""
        popup = QApplication.activePopupWidget()
        if popup is not None:
            return popup
        tops = [top for top in QApplication.topLevelWidgets() if top.isVisible() and top.isWindow()]
        others = [top for top in tops if top is not self.window]
        return (
            self._chance.choice(others) if others and self._chance.random() < 0.5 else self.window
        )

    def _target(self) -> tuple[QWidget, QPoint]:
        """Return what lies at a point of chance, and the point in it."""
        top = self._top()
        point = QPoint(
            self._chance.randrange(max(1, top.width())),
            self._chance.randrange(max(1, top.height())),
        )
        child = top.childAt(point)
        return (top, point) if child is None else (child, child.mapFrom(top, point))

    def _press_button(self) -> str:
        buttons = [
            button
            for button in self._top().findChildren(QAbstractButton)
            if button.isEnabled() and not button.visibleRegion().isEmpty()
        ]
        if not buttons:
            return "no button"
        button = self._chance.choice(buttons)
        point = button.visibleRegion().boundingRect().center()
        QTest.mouseClick(button, LEFT, pos=point)
        return f"press {_name(button)}"

    def _click(self) -> str:
        target, point = self._target()
        mouse = self._chance.choice((LEFT, LEFT, LEFT, RIGHT))
        if self._chance.random() < 0.15:
            QTest.mouseDClick(target, mouse, pos=point)
        else:
            QTest.mouseClick(target, mouse, self._chance.choice(MODIFIERS), point)
        return f"click {mouse.name} on {_name(target)} at {point.toTuple()}"

    def _press_key(self) -> str:
        target = QApplication.focusWidget() or self.window
        key, modifier = self._chance.choice(KEYS), self._chance.choice(MODIFIERS)
        is_quit = key is Qt.Key.Key_Q and modifier is Qt.KeyboardModifier.ControlModifier
        if is_quit and self._chance.random() < 0.8:
            return "nearly quit"
        QTest.keyClick(target, key, modifier)
        return f"key {modifier.name}+{key.name} on {_name(target)}"

    def _type(self) -> str:
        target = QApplication.focusWidget() or self.window
        text = self._chance.choice(TYPED)
        for letter in text:  # QTest's own typing ends the process at a letter beyond Latin-1
            for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
                QApplication.sendEvent(target, QKeyEvent(kind, 0, NONE, letter))
        return f"type {text[:20]!r} on {_name(target)}"

    def _turn_wheel(self) -> str:
        target, point = self._target()
        turn = QPoint(0, self._chance.choice((-120, 120, -960, 960)))
        place = QPointF(target.mapToGlobal(point))
        phase = Qt.ScrollPhase.NoScrollPhase
        buttons = Qt.MouseButton.NoButton
        event = QWheelEvent(QPointF(point), place, QPoint(), turn, buttons, NONE, phase, False)
        QApplication.sendEvent(target, event)
        return f"wheel {turn.y()} on {_name(target)}"

    def _drag(self) -> str:
        target, point = self._target()
        end = QPoint(
            self._chance.randrange(max(1, target.width())),
            self._chance.randrange(max(1, target.height())),
        )
        QTest.mousePress(target, LEFT, pos=point)
        QTest.mouseMove(target, end)
        QTest.mouseRelease(target, LEFT, pos=end)
        return f"drag on {_name(target)} from {point.toTuple()} to {end.toTuple()}"

    def _resize(self) -> str:
        width, height = self._chance.randint(300, 2200), self._chance.randint(200, 1400)
        self.window.resize(width, height)
        return f"resize to {width} × {height}"

    def _switch_tab(self) -> str:
        action = self._chance.choice(("dataset", "training", "generation"))
        found = child(self.window, QAction, f"window.show_{action}_action")
        found.trigger()
        return f"show {action}"

    def _choose_in_menu(self) -> str:
        actions = [
            action
            for action in self.window.findChildren(QAction)
            if action.isEnabled() and action.objectName() not in ("", "window.quit_action")
        ]
        action = self._chance.choice(actions)
        action.trigger()
        return f"choose {action.objectName()}"

    def _close(self) -> str:
        self.window.close()
        return "close"

    def _drop_files(self) -> str:
        paths = self._chance.sample(self._files, self._chance.randint(1, len(self._files)))
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
        copy = Qt.DropAction.CopyAction
        enter = QDragEnterEvent(QPoint(9, 9), copy, mime, LEFT, NONE)
        QApplication.sendEvent(self.window, enter)
        QApplication.sendEvent(self.window, QDropEvent(QPointF(9, 9), copy, mime, LEFT, NONE))
        return f"drop {[path.name for path in paths]}"


def _name(widget: QWidget) -> str:
    return widget.objectName() or type(widget).__name__
