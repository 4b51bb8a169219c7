"""Who may see which complaint, as a condition of queries; the queries of every request are made once a viewer."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from service.storage.tables import complaints
from service.viewer import Viewer

_VIEWERS = 256  # keys and people whose queries are kept


def visible(viewer: Viewer) -> sa.ColumnElement[bool]:
    """Return the condition under which a viewer may see a complaint.

    A sender sees what it sent. A bound viewer sees its regions and agencies and nothing of unknown origin.
    A confidential or sensitive complaint is shown beyond its sender only to those who review or administer. For a
    person this holds for what the own team sent, too, and what complains about the own office is never shown.
    """
    columns = complaints.c
    allowed: sa.ColumnElement[bool] = sa.true()
    if viewer.bound:
        parts: list[sa.ColumnElement[bool]] = [
            sa.or_(columns.region_code == code, columns.region_code.startswith(f"{code}.", autoescape=True))
            for code in viewer.regions
        ]
        parts += [
            sa.or_(columns.agency_id == agency, columns.agency_id.startswith(f"{agency}:", autoescape=True))
            for agency in viewer.agencies
        ]
        allowed = sa.or_(*parts)
        if viewer.decided_only:
            allowed = sa.and_(allowed, columns.decided == 1)
    care: list[sa.ColumnElement[bool]] = []
    if not viewer.confidential:
        care += [columns.confidentiality != "rahasia", columns.sensitive == 0]
    own = columns.sender == viewer.sender if viewer.sender else sa.false()
    if not viewer.person:
        return sa.or_(own, sa.and_(allowed, *care))
    care += [
        sa.or_(columns.about.is_(None), ~columns.about.contains(f"|{office}|", autoescape=True))
        for office in viewer.offices
    ]
    return sa.and_(sa.or_(own, allowed), *care)


@lru_cache(maxsize=_VIEWERS)
def state_query(viewer: Viewer) -> sa.Select[Any]:
    """Return the query for the row of the complaint ``key``; ``seen`` says whether the viewer may see it."""
    return sa.select(complaints, visible(viewer).label("seen")).where(complaints.c.id == sa.bindparam("key"))


@lru_cache(maxsize=_VIEWERS)
def ids_query(viewer: Viewer) -> sa.Select[Any]:
    """Return the query for those of the complaints ``ids`` that the viewer may see."""
    among = complaints.c.id.in_(sa.bindparam("ids", expanding=True))
    return sa.select(complaints.c.id).where(among, visible(viewer))
