"""Write self-contained HTML pages with tables and plots: no script, nothing loaded, plots as plain SVG."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a}"
    "table{border-collapse:collapse;margin:1rem 0;font-size:.92rem}td,th{padding:.15rem .7rem;border-bottom:1px solid "
    "#ccc;text-align:right;vertical-align:top}td:first-child,th:first-child{text-align:left}"
    "svg{max-width:100%;height:auto;margin:.5rem 1rem .5rem 0}.blocking{color:#a00;font-weight:600}"
    ".warning{color:#8a5a00;font-weight:600}.note{color:#555;font-size:.92rem}"
    "details{margin:.4rem 0}summary{cursor:pointer}td.text{text-align:left;max-width:40rem}"
)
_WIDTH, _HEIGHT, _LEFT, _BOTTOM, _TOP = 400, 300, 52, 44, 26
_COLOURS = ("#00796b", "#1a5fb4", "#b5651d", "#7b3fa0")


@dataclass(frozen=True, slots=True)
class Line:
    """Hold one line of a plot.

    :param points: x and y of each, in the units of the axes.
    :param dots: draw a dot at each point.
    """

    name: str
    points: Sequence[tuple[float, float]]
    dots: bool = False


def escape(value: object) -> str:
    """Make any value safe inside HTML."""
    return html.escape(str(value))


def page(title: str, parts: Iterable[str]) -> str:
    """Join parts into a page."""
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{escape(title)}</title>"
        "<meta name=viewport content='width=device-width'>"
        f"<style>{_STYLE}</style><body><h1>{escape(title)}</h1>{''.join(parts)}</body></html>\n"
    )


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Write a table; numbers get three places.

    >>> table(["a", "n"], [["<x>", 0.12345]])
    '<table><tr><th>a</th><th>n</th></tr><tr><td>&lt;x&gt;</td><td>0.123</td></tr></table>'
    """
    head = "".join(f"<th>{escape(column)}</th>" for column in columns)
    body = "".join(f"<tr>{''.join(f'<td>{_cell(value)}</td>' for value in row)}</tr>" for row in rows)
    return f"<table><tr>{head}</tr>{body}</table>"


def _cell(value: object) -> str:
    if value is None:
        return ""
    return f"{value:.3f}" if isinstance(value, float) else escape(value)


def plot(
    title: str,
    across: str,
    up: str,
    lines: Sequence[Line],
    x: tuple[float, float] = (0, 1),
    y: tuple[float, float] = (0, 1),
    marks: Sequence[tuple[float, float, str]] = (),
) -> str:
    """Draw lines between two axes.

    :param across: what the horizontal axis shows; ``up``: the vertical one.
    :param x: least and greatest value across; ``y``: up.
    :param marks: points to ring, each with a word beside it.
    """
    parts = [_axes(title, across, up, x, y)]
    for number, line in enumerate(lines):
        colour = _COLOURS[number % len(_COLOURS)] if line.name else "#999"
        points = [(_across(px, x), _up(py, y)) for px, py in line.points]
        path = " ".join(f"{px:.1f},{py:.1f}" for px, py in points)
        parts.append(f"<polyline points='{path}' fill='none' stroke='{colour}' stroke-width='1.6'/>")
        if line.dots:
            parts += [f"<circle cx='{px:.1f}' cy='{py:.1f}' r='3' fill='{colour}'/>" for px, py in points]
        if line.name and len(lines) > 1:
            parts.append(
                f"<text x='{_LEFT + 8}' y='{_TOP + 14 + 14 * number}' fill='{colour}'>{escape(line.name)}</text>"
            )
    for px, py, word in marks:
        cx, cy = _across(px, x), _up(py, y)
        parts.append(f"<circle cx='{cx:.1f}' cy='{cy:.1f}' r='5' fill='none' stroke='#a00' stroke-width='2'/>")
        parts.append(f"<text x='{cx + 8:.1f}' y='{cy - 6:.1f}' fill='#a00'>{escape(word)}</text>")
    return (
        f"<svg viewBox='0 0 {_WIDTH} {_HEIGHT}' width='{_WIDTH}' role='img' font-size='11' "
        f"font-family='system-ui,sans-serif' aria-label='{escape(title)}'>{''.join(parts)}</svg>"
    )


def _across(value: float, limits: tuple[float, float]) -> float:
    return _LEFT + (value - limits[0]) / (limits[1] - limits[0] or 1) * (_WIDTH - _LEFT - 12)


def _up(value: float, limits: tuple[float, float]) -> float:
    return _HEIGHT - _BOTTOM - (value - limits[0]) / (limits[1] - limits[0] or 1) * (_HEIGHT - _BOTTOM - _TOP)


def _axes(title: str, across: str, up: str, x: tuple[float, float], y: tuple[float, float]) -> str:
    right, bottom = _WIDTH - 12, _HEIGHT - _BOTTOM
    parts = [f"<text x='{_LEFT}' y='16' font-weight='600'>{escape(title)}</text>"]
    for step in range(5):
        share = step / 4
        value_x, value_y = x[0] + share * (x[1] - x[0]), y[0] + share * (y[1] - y[0])
        px, py = _across(value_x, x), _up(value_y, y)
        parts.append(f"<line x1='{_LEFT}' x2='{right}' y1='{py:.1f}' y2='{py:.1f}' stroke='#e4e4e4'/>")
        parts.append(f"<text x='{_LEFT - 6}' y='{py + 4:.1f}' text-anchor='end'>{value_y:.3g}</text>")
        parts.append(f"<text x='{px:.1f}' y='{bottom + 14}' text-anchor='middle'>{value_x:.4g}</text>")
    middle_x, middle_y = (_LEFT + right) / 2, (_TOP + bottom) / 2
    parts.append(f"<line x1='{_LEFT}' x2='{right}' y1='{bottom}' y2='{bottom}' stroke='#444'/>")
    parts.append(f"<text x='{middle_x}' y='{bottom + 32}' text-anchor='middle'>{escape(across)}</text>")
    parts.append(
        f"<text x='13' y='{middle_y}' text-anchor='middle' transform='rotate(-90 13 {middle_y})'>{escape(up)}</text>"
    )
    return "".join(parts)
