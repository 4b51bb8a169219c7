"""``pilah route``: say who is responsible for one complaint, and why."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from data.complaint import Complaint
    from model.assessment import Span
    from model.matters import MatterReading
    from model.places import PlaceReading
    from model.routing import Routing


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("route")(route)


def route(
    text: Annotated[str, typer.Argument(help="The complaint, as the citizen wrote it.")],
    title: Annotated[str | None, typer.Option(help="Its title.")] = None,
    location: Annotated[str | None, typer.Option(help="The location field.")] = None,
    claimed: Annotated[str | None, typer.Option(help="The agency that the reporter chose.")] = None,
    home: Annotated[str | None, typer.Option(help="Region code of the deployment, such as 32.04.")] = None,
    agencies: Annotated[Path | None, typer.Option(help="The deployment's own table of agencies (CSV).")] = None,
    top: Annotated[int, typer.Option(min=1, max=20, help="How many agencies to show.")] = 5,
) -> None:
    """Print the reasoning for one complaint: matter, tier, place, agencies."""
    from data.agencies import AgencyRegistry  # noqa: PLC0415
    from data.complaint import Complaint  # noqa: PLC0415
    from data.regions import Regions  # noqa: PLC0415
    from model.matters import shipped_matcher  # noqa: PLC0415
    from model.places import PlaceResolver  # noqa: PLC0415
    from model.routing import compose  # noqa: PLC0415

    complaint = Complaint(id="-", text=text, title=title, location=location, claimed_agency=claimed)
    matters = shipped_matcher().read_complaint(complaint)
    places = PlaceResolver(Regions.load(), home).resolve(complaint)
    registry = AgencyRegistry.load(agencies, home=home)
    routing = compose(None, matters, places, registry, home=home, claimed=claimed, top=top)
    typer.echo(explain(complaint, matters, places, routing))


def explain(complaint: Complaint, matters: MatterReading, places: PlaceReading, routing: Routing) -> str:
    """Write the reasoning in Indonesian, a part a paragraph."""
    parts = [
        _agencies(routing),
        _matters(complaint, matters),
        _tiers(complaint, matters, routing),
        _places(complaint, places),
    ]
    if routing.question:
        parts.append(f"Pertanyaan yang menentukan: {routing.question}")
    if routing.conflict:
        parts.append(f"Perhatian: pelapor memilih {complaint.claimed_agency!r}, berbeda dengan usul ini.")
    return "\n\n".join(part for part in parts if part)


def _agencies(routing: Routing) -> str:
    if not routing.agencies:
        return "Instansi: belum dapat ditentukan; tidak ada isyarat perkara dalam laporan."
    lines = ["Instansi yang diusulkan:"]
    for rank, item in enumerate(routing.agencies, 1):
        status = "" if item.agency.name_status == "verified" else ", nama menurut pola"
        lines.append(
            f"  {rank}. {item.agency.name} [{item.agency.id}]  {item.probability:.0%}"
            f"  (urusan {item.function}, tingkat {item.tier}{status})"
        )
    if routing.parents:
        above = "; ".join(f"{parent.name} {parent.probability:.0%}" for parent in routing.parents[:3])
        lines.append(f"  Instansi induk: {above}")
    if routing.co_agencies:
        lines.append("  Terkait: " + "; ".join(agency.name for agency in routing.co_agencies))
    return "\n".join(lines)


def _matters(complaint: Complaint, matters: MatterReading) -> str:
    if not matters.matters:
        return ""
    lines = ["Perkara yang terbaca:"]
    for item in matters.matters[:3]:
        cues = [hit for hit in matters.hits if hit.matter == item.matter.id][:4]
        told = ", ".join(f'"{_quote(complaint, hit.span)}"' for hit in cues)
        lines.append(f"  {item.matter.id} {item.matter.name}  (nilai {item.score:.1f}; isyarat {told})")
        lines.append(f"      dasar: {item.matter.source}" + (f"; {item.matter.note}" if item.matter.note else ""))
    return "\n".join(lines)


def _tiers(complaint: Complaint, matters: MatterReading, routing: Routing) -> str:
    best = routing.best
    item = next((item for item in matters.matters if best is not None and item.matter.id == best.matter), None)
    if item is None:
        return ""
    shares = ", ".join(f"{tier} {share:.0%}" for tier, share in item.tiers.items() if share >= 0.01)
    lines = [f"Tingkat pemerintahan: {shares}"]
    for evidence in matters.tiers.evidence:
        rule = evidence.rule
        if not rule.slots or item.matter.slot in rule.slots:
            lines.append(f'  {rule.id} {rule.reason} ("{_quote(complaint, evidence.span)}"; {rule.source})')
    return "\n".join(lines)


def _places(complaint: Complaint, places: PlaceReading) -> str:
    if not places.candidates:
        return "Wilayah: tidak disebut."
    lines = ["Wilayah:"]
    for candidate in places.candidates[:3]:
        told = f' ("{_quote(complaint, candidate.span)}")' if candidate.span is not None else ""
        lines.append(f"  {candidate.code} {candidate.name}  {candidate.probability:.0%}{told}")
    return "\n".join(lines)


def _quote(complaint: Complaint, span: Span) -> str:
    raw: str = getattr(complaint, span.field) or ""
    return " ".join(raw[span.start : span.end].split())
