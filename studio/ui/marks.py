"""Small marks on pictures, drawn alike in every room: its stars, and that a part of it is locked."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

HEIGHT = 16.0
"""px of a mark's ground where nothing asks for another."""
STAR_STEP = 11 / HEIGHT  # of the ground's height, as all of these
_ENDS = 5 / HEIGHT  # one star stands on a disc
_STAR_RADIUS = 5 / HEIGHT
_GROUND = QColor(0, 0, 0, 150)
_STAR = QColor("#f4c04a")
_LOCK = QColor("#ffffff")


def star_path(centre: QPointF, radius: float) -> QPainterPath:
    """A five-pointed star, one point up."""
    path = QPainterPath()
    for i in range(10):
        length = radius if i % 2 == 0 else radius * 0.45
        angle = math.pi * (i / 5 - 0.5)
        point = centre + QPointF(math.cos(angle), math.sin(angle)) * length
        if i == 0:
            path.moveTo(point)
        else:
            path.lineTo(point)
    path.closeSubpath()
    return path


def stars_width(stars: int, height: float = HEIGHT) -> float:
    """Of the ground of so many stars, in the unit of its height."""
    return (stars * STAR_STEP + _ENDS) * height


def draw_stars(painter: QPainter, place: QPointF, stars: int, height: float = HEIGHT) -> None:
    """On a dark ground, so that they are seen on every picture. place: the ground's upper left corner."""
    _draw_ground(painter, QRectF(place.x(), place.y(), stars_width(stars, height), height))
    painter.setBrush(_STAR)
    for i in range(stars):
        middle = QPointF((_ENDS / 2 + STAR_STEP * (i + 0.5)) * height, height * (0.5 + 0.5 / HEIGHT))
        painter.drawPath(star_path(place + middle, _STAR_RADIUS * height))


def draw_lock(painter: QPainter, place: QPointF, height: float = HEIGHT) -> None:
    """A closed lock on a ground as wide as that of one star. place: the ground's upper left corner."""
    ground = QRectF(place.x(), place.y(), stars_width(1, height), height)
    _draw_ground(painter, ground)
    unit, middle = height / HEIGHT, ground.center()
    body = QRectF(middle.x() - 4 * unit, middle.y() - 0.4 * unit, 8 * unit, 5.6 * unit)
    painter.setBrush(_LOCK)
    painter.drawRoundedRect(body, unit, unit)
    painter.setPen(QPen(_LOCK, 1.5 * unit, c=Qt.PenCapStyle.FlatCap))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    bow = QRectF(middle.x() - 2.4 * unit, middle.y() - 4.6 * unit, 4.8 * unit, 5.6 * unit)
    path = QPainterPath(QPointF(bow.left(), body.top()))
    path.arcTo(bow, 180, -180)
    path.lineTo(bow.right(), body.top())
    painter.drawPath(path)


def _draw_ground(painter: QPainter, ground: QRectF) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_GROUND)
    painter.drawRoundedRect(ground, ground.height() / 2, ground.height() / 2)
