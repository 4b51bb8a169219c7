"""Plots as SVG, made on the server: no script, no style of their own, readable in black and white."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from markupsafe import Markup

from service.review.web import number_text

_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 400, 190, 44, 8, 28, 26
_COLOURS = ("#14603a", "#c98a00", "#1b4f86")
_DASHES = ("", "6 3", "2 3")
_MONTHS = "Jan Feb Mar Apr Mei Jun Jul Agu Sep Okt Nov Des".split()


def nice_top(value: float) -> float:
    """Return a round number that is at least a value, for the top of an axis.

    >>> nice_top(0), nice_top(7), nice_top(43), nice_top(1200)
    (1.0, 8.0, 50.0, 2000.0)
    """
    if value <= 0:
        return 1.0
    step = 1.0
    while True:
        for factor in (1, 2, 4, 5, 8):
            if step * factor >= value:
                return step * factor
        step *= 10


def _month(month: str) -> str:
    return f"{_MONTHS[int(month[5:]) - 1]} {month[:4]}"


def _labels(months: Sequence[str]) -> list[tuple[int, str]]:
    every = max(1, -(-len(months) // 8))
    found = []
    for index, month in enumerate(months):
        if index % every == 0:
            name = _MONTHS[int(month[5:]) - 1]
            found.append((index, f"{name} {month[2:4]}" if index == 0 or month[5:] == "01" else name))
    return found


def _frame(title: str, months: Sequence[str], top: float, unit: str, legend: Sequence[str]) -> list[str]:
    inner = _HEIGHT - _TOP - _BOTTOM
    parts = [
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(title)}" '
        'xmlns="http://www.w3.org/2000/svg">'
    ]
    for i in range(5):
        y = _TOP + inner * i / 4
        value = top * (4 - i) / 4
        text = number_text(value, 0 if value.is_integer() else 2) + unit
        parts.append(f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#d9dfda"/>')
        parts.append(f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{text}</text>')
    for index, label in _labels(months):
        parts.append(f'<text x="{_x(index, len(months)):.1f}" y="{_HEIGHT - 8}" text-anchor="middle">{label}</text>')
    for i, name in enumerate(legend):
        x = _LEFT + 150 * i
        colour = _COLOURS[i % 3]
        parts.append(f'<rect x="{x}" y="6" width="12" height="12" rx="2" fill="{colour}"/>')
        parts.append(f'<text x="{x + 18}" y="16">{escape(name)}</text>')
    return parts


def _x(index: int, count: int) -> float:
    return _LEFT + (_WIDTH - _LEFT - _RIGHT) * (index + 0.5) / max(count, 1)


def bars(title: str, months: Sequence[str], series: Sequence[tuple[str, Sequence[float]]]) -> Markup:
    """Draw counts by month as bars side by side."""
    top = nice_top(max((value for _, values in series for value in values), default=0))
    parts = _frame(title, months, top, "", [name for name, _ in series])
    inner = _HEIGHT - _TOP - _BOTTOM
    room = (_WIDTH - _LEFT - _RIGHT) / max(len(months), 1) * 0.75
    width = min(room / max(len(series), 1), 26)
    for i, (name, values) in enumerate(series):
        for index, value in enumerate(values):
            height = inner * value / top
            x = _x(index, len(months)) + (i - len(series) / 2) * width
            y = _TOP + inner - height
            parts.append(
                f'<rect x="{x:.1f}" y="{y:.1f}" width="{width * 0.9:.1f}" height="{height:.1f}" '
                f'fill="{_COLOURS[i % 3]}"><title>{escape(name)}, {_month(months[index])}: {number_text(value)}'
                "</title></rect>"
            )
    return Markup("".join([*parts, "</svg>"]))  # noqa: S704 - every text in it is escaped above


def lines(
    title: str, months: Sequence[str], series: Sequence[tuple[str, Sequence[float | None]]], *, percent: bool
) -> Markup:
    """Draw shares or days by month as lines; a month without complaints leaves a gap."""
    known = [value for _, values in series for value in values if value is not None]
    top = 100.0 if percent else nice_top(max(known, default=0))
    unit = " %" if percent else ""
    parts = _frame(title, months, top, unit, [name for name, _ in series])
    inner = _HEIGHT - _TOP - _BOTTOM
    for i, (name, values) in enumerate(series):
        run: list[str] = []
        colour, dash = _COLOURS[i % 3], _DASHES[i % 3]
        for index, value in enumerate([*values, None]):
            if value is None:
                if len(run) > 1:
                    parts.append(
                        f'<polyline points="{" ".join(run)}" fill="none" stroke="{colour}" stroke-width="2.5" '
                        f'stroke-dasharray="{dash}"/>'
                    )
                run = []
                continue
            shown = 100 * value if percent else value
            x, y = _x(index, len(months)), _TOP + inner * (1 - shown / top)
            run.append(f"{x:.1f},{y:.1f}")
            parts.append(
                f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}">'
                f"<title>{escape(name)}, {_month(months[index])}: {number_text(shown)}{unit}</title></circle>"
            )
    return Markup("".join([*parts, "</svg>"]))  # noqa: S704 - every text in it is escaped above
