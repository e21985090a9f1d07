"""Learning curves → an SVG picture, by hand: a few lines, no library."""

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

WIDTH, HEIGHT = 860, 480
LEFT, TOP, PLOT_WIDTH, PLOT_HEIGHT = 60, 40, 540, 380
COLORS = ("#0b6bcb", "#c1440e", "#2e7d32", "#7b3fa0", "#a67c00", "#00808a", "#b8336a", "#555555")
DASHES = ("none", "9 4", "3 3", "12 4 2 4")
N_TICKS = 5
LETTER_WIDTH = 7


class Curve(NamedTuple):
    """A name, and (labels, value, low, high) by rising labels."""

    name: str
    points: Sequence[tuple[int, float, float, float]]


def curves_svg(curves: Sequence[Curve], *, title: str, measure: str) -> str:
    """Returns the picture: one line a curve with a band from low to high; values are shares from 0 to 1.

    A curve without a point is named all the same.
    """
    points = [point for curve in curves for point in curve.points]
    most = max((n for n, *_ in points), default=1)
    floor = min((int(10 * low) / 10 for _, _, low, _ in points), default=0.0)
    floor = min(floor, 0.9)

    def place(n: float, value: float) -> str:
        x = LEFT + PLOT_WIDTH * n / most
        y = TOP + PLOT_HEIGHT * (1 - (value - floor) / (1 - floor))
        return f"{x:.1f},{y:.1f}"

    parts = [_axes(most, floor, title, measure)]
    for number, curve in enumerate(curves):
        parts.append(_legend(number, curve.name))
        if not curve.points:
            continue
        color, dashes = _style(number)
        band = [place(n, high) for n, _, _, high in curve.points]
        band += [place(n, low) for n, _, low, _ in reversed(curve.points)]
        line = " ".join(place(n, value) for n, value, _, _ in curve.points)
        parts.append(f'<polygon points="{" ".join(band)}" fill="{color}" opacity="0.12"/>')
        parts.append(f'<polyline points="{line}" fill="none" stroke="{color}" stroke-width="2" {dashes}/>')
    width = max(WIDTH, LEFT + PLOT_WIDTH + 50 + LETTER_WIDTH * max((len(curve.name) for curve in curves), default=0))
    height = max(HEIGHT, TOP + 20 * (len(curves) + 1))
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" font-size="12">'
    return "\n".join([head, f'<rect width="{width}" height="{height}" fill="#ffffff"/>', *parts, "</svg>\n"])


def _axes(most: int, floor: float, title: str, measure: str) -> str:
    parts = [f'<text x="{LEFT}" y="24" font-size="16">{escape(title)}</text>']
    for tick in range(N_TICKS + 1):
        x, y = LEFT + PLOT_WIDTH * tick / N_TICKS, TOP + PLOT_HEIGHT * (1 - tick / N_TICKS)
        value = floor + (1 - floor) * tick / N_TICKS
        parts.append(f'<line x1="{LEFT}" x2="{LEFT + PLOT_WIDTH}" y1="{y:.1f}" y2="{y:.1f}" stroke="#dddddd"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{value:.2f}</text>')
        parts.append(
            f'<text x="{x:.1f}" y="{TOP + PLOT_HEIGHT + 18}" text-anchor="middle">{most * tick // N_TICKS}</text>'
        )
    middle = LEFT + PLOT_WIDTH / 2
    parts.append(
        f'<text x="{middle}" y="{TOP + PLOT_HEIGHT + 40}" text-anchor="middle">labels · {escape(measure)}</text>'
    )
    return "\n".join(parts)


def _style(number: int) -> tuple[str, str]:
    """The colour of a line and its dashes, which tell lines of one colour apart."""
    dashes = DASHES[number // len(COLORS) % len(DASHES)]
    return COLORS[number % len(COLORS)], f'stroke-dasharray="{dashes}"'


def _legend(number: int, name: str) -> str:
    color, dashes = _style(number)
    x, y = LEFT + PLOT_WIDTH + 20, TOP + 10 + 20 * number
    line = f'<line x1="{x}" x2="{x + 24}" y1="{y}" y2="{y}" stroke="{color}" stroke-width="3" {dashes}/>'
    return f'{line}<text x="{x + 30}" y="{y + 4}">{escape(name)}</text>'
