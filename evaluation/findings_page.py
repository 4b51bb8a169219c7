"""Show the findings of ``pilah check-data``: as text for the terminal and as a page."""

from __future__ import annotations

from collections.abc import Sequence

from data.findings import Finding, Severity
from evaluation.page import escape, page, table

_IDS = 12
_LINES = 6


def as_text(findings: Sequence[Finding]) -> str:
    """Write the findings for the terminal, long tables and lists of ids cut short."""
    lines: list[str] = []
    for finding in findings:
        lines.append(f"{finding.severity.value:<8} {finding.kind}: {finding.says}")
        if finding.rows and finding.severity is not Severity.INFO:
            more = f" and {len(finding.rows) - _IDS} more" if len(finding.rows) > _IDS else ""
            lines.append(f"         ids: {', '.join(finding.rows[:_IDS])}{more}")
        lines += [f"         {' | '.join(row)}" for row in finding.table[:_LINES]]
        if len(finding.table) > _LINES:
            lines.append(f"         … {len(finding.table) - _LINES} more lines in the page")
    counts = [sum(finding.severity is severity for finding in findings) for severity in Severity]
    lines.append(f"{counts[0]} blocking, {counts[1]} warnings, {counts[2]} notes")
    return "\n".join(lines)


def as_page(findings: Sequence[Finding], files: Sequence[str]) -> str:
    """Write the findings as a self-contained page; it holds ids and labels, no complaint."""
    parts = [f"<p>{escape(', '.join(files))}</p>"]
    for finding in findings:
        parts.append(
            f"<h3><span class={finding.severity.value}>{finding.severity.value}</span> {escape(finding.kind)}</h3>"
            f"<p>{escape(finding.says)}</p>"
        )
        if finding.table:
            parts.append(_folded(table(finding.columns, finding.table), f"{len(finding.table)} lines", finding))
        if finding.rows:
            ids = f"<p class=note>{escape(', '.join(finding.rows))}</p>"
            parts.append(f"<details><summary>{len(finding.rows)} ids</summary>{ids}</details>")
    return page("pilah check-data", parts)


def _folded(content: str, name: str, finding: Finding) -> str:
    opened = " open" if finding.severity is not Severity.INFO else ""
    return f"<details{opened}><summary>{name}</summary>{content}</details>"
