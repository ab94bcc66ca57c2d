"""Plots of the progress as coordinates in a drawing: the templates draw them without a script."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from curator.review.statistics import PersonDay

LEFT, RIGHT, TOP, BOTTOM = 50.0, 560.0, 20.0, 200.0  # of the plot in its drawing; names stand to the right of it
N_DAYS = 14
N_STYLES = 6  # of lines; people after that share them, and their names stand at the lines
LABEL_HEIGHT = 16.0


@dataclass(frozen=True, slots=True)
class Point:
    """What one person did on one day, and where it is drawn."""

    x: float
    y: float
    day: str
    n_groups: int
    groups_per_hour: float


@dataclass(frozen=True, slots=True)
class Line:
    """The days of one person.

    :ivar style: number of the look of the line.
    :ivar label_y: where the name stands.
    """

    name: str
    style: int
    points: tuple[Point, ...]
    label_y: float


@dataclass(frozen=True, slots=True)
class RatePlot:
    """Groups an hour, by day and person.

    :ivar days: where each day stands, and its name.
    :ivar rates: where each number of groups an hour stands, and the number.
    """

    lines: tuple[Line, ...]
    days: tuple[tuple[float, str], ...]
    rates: tuple[tuple[float, float], ...]


def rate_plot(days: Sequence[PersonDay], today: date) -> RatePlot:
    """Return the plot of the last two weeks.

    :param days: what each person decided on each day; days before the two weeks are left out.
    """
    names = [(today - timedelta(days=n)).isoformat() for n in reversed(range(N_DAYS))]
    across = {name: LEFT + 20 + (RIGHT - LEFT - 40) * n / (N_DAYS - 1) for n, name in enumerate(names)}
    shown = [day for day in days if day.day in across]
    highest = nice_above(max((day.groups_per_hour for day in shown), default=1.0))
    people = sorted({day.name for day in shown})
    lines = []
    for number, name in enumerate(people):
        own = sorted((day for day in shown if day.name == name), key=lambda day: day.day)
        points = [
            Point(across[d.day], height_of(d.groups_per_hour, highest), d.day, d.n_groups, d.groups_per_hour)
            for d in own
        ]
        lines.append(Line(name, number % N_STYLES, tuple(points), points[-1].y))
    return RatePlot(
        apart(lines),
        tuple((across[name], name[5:]) for name in names[1::2]),
        tuple((height_of(share * highest, highest), share * highest) for share in (0.0, 0.5, 1.0)),
    )


def height_of(value: float, highest: float) -> float:
    """Return where a value stands on the drawing, whose y grows downwards."""
    return BOTTOM - (BOTTOM - TOP) * value / highest


def nice_above(value: float) -> float:
    """Return the next of 1, 2, 5, 10, 20, ... that is not below a value."""
    power = 1.0
    while True:
        for step in (1, 2, 5):
            if step * power >= value:
                return step * power
        power *= 10


def apart(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Move the names of lines down where they would lie on one another."""
    moved = []
    lowest = float("-inf")
    for line in sorted(lines, key=lambda line: line.label_y):
        lowest = max(line.label_y, lowest + LABEL_HEIGHT)
        moved.append(Line(line.name, line.style, line.points, lowest))
    return tuple(moved)
