"""Sliders whose handle goes where one presses, as in drawing programs; Qt's own makes a step towards it."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QSlider, QStyle, QStyleOptionSlider


class JumpingSlider(QSlider):
    """Lies from left to right."""

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The handle comes under the pointer first, so that the press takes hold of it."""
        place = event.position().toPoint()
        handle = self._part(QStyle.SubControl.SC_SliderHandle)
        if event.button() == Qt.MouseButton.LeftButton and not handle.contains(place):
            groove = self._part(QStyle.SubControl.SC_SliderGroove)
            room = groove.width() - handle.width()
            at = place.x() - groove.left() - handle.width() // 2
            value = QStyle.sliderValueFromPosition(self.minimum(), self.maximum(), at, room)
            self.setSliderDown(True)  # what it goes through is part of the drag
            self.setSliderPosition(value)
        super().mousePressEvent(event)

    def _part(self, part: QStyle.SubControl) -> QRect:
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        return self.style().subControlRect(QStyle.ComplexControl.CC_Slider, option, part, self)
