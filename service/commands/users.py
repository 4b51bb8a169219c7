"""``pilah users``: make and list the people of the pages, give one a new link, deactivate one."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from service.opening import StoreOption, VarOption, open_store

_ROLE_HELP = "nasional, instansi, penghubung, koordinator or analis."


def register(app: typer.Typer) -> None:
    """Add the commands."""
    users = typer.Typer(help="Make and list the people who use the pages under /review.", no_args_is_help=True)
    users.command("create")(create)
    users.command("list")(show)
    users.command("reset")(reset)
    users.command("deactivate")(deactivate)
    app.add_typer(users, name="users")


def create(
    login: Annotated[str, typer.Argument(help="What the person signs in with.")],
    name: Annotated[str | None, typer.Option(help="Name that colleagues see; the login by default.")] = None,
    role: Annotated[str, typer.Option(help=_ROLE_HELP)] = "nasional",
    region: Annotated[str | None, typer.Option(help="Kemendagri code, as 32 or 32.04, of the person's region.")] = None,
    agency: Annotated[str | None, typer.Option(help="Id of the office or body that the person works for.")] = None,
    office: Annotated[str | None, typer.Option(help="Id of the office where an admin sits.")] = None,
    named: Annotated[bool, typer.Option("--named", help="Named for confidential and sensitive complaints.")] = False,
    password_stdin: Annotated[bool, typer.Option(help="Read the password from standard input.")] = False,
    store: StoreOption = None,
    var: VarOption = None,
) -> None:
    """Make a person; prints the link, valid once, in which the person sets a password."""
    from service.review.accounts import make_user  # noqa: PLC0415

    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
    with open_store(store, var) as opened:
        user, token = make_user(
            opened, login, name or login, role, region=region, agency=agency, office=office, named=named,
            password=password,
        )  # fmt: skip
    typer.echo(_told(user.login, token) if token else f"{user.login} was made")


def _told(login: str, token: str) -> str:
    from service.settings import load_settings  # noqa: PLC0415

    settings = load_settings()
    return (
        f"Open this link once, within 7 days, to set the password of {login}:\n"
        f"http://{settings.host}:{settings.port}/review/undangan/{token}"
    )


def show(store: StoreOption = None, var: VarOption = None) -> None:
    """List the people."""
    from service.storage.people import all_users  # noqa: PLC0415

    with open_store(store, var) as opened:
        found = opened.read(all_users)
    for user in found:
        state = "active" if user.active else "deactivated"
        where = user.agency_id or user.region or "everything"
        seen = (user.seen_at or "-")[:10]
        typer.echo("\t".join((user.login, state, user.role, where, "named" if user.named else "-", seen, user.name)))


def reset(
    login: Annotated[str, typer.Argument(help="The person's login.")], store: StoreOption = None, var: VarOption = None
) -> None:
    """Print a new link for a person who lost the password."""
    from service.review.accounts import known_login  # noqa: PLC0415
    from service.storage.people import invite  # noqa: PLC0415

    with open_store(store, var) as opened:
        user = known_login(opened, login)
        token = opened.write(lambda connection: invite(connection, user.id, 7)).result()
    typer.echo(_told(user.login, token))


def deactivate(
    login: Annotated[str, typer.Argument(help="The person's login.")], store: StoreOption = None, var: VarOption = None
) -> None:
    """Let a person in no more; what the person decided stays in the history."""
    from service.review.accounts import known_login  # noqa: PLC0415
    from service.storage.people import change_user  # noqa: PLC0415

    with open_store(store, var) as opened:
        user = known_login(opened, login)
        opened.write(lambda connection: change_user(connection, user.id, active=0, invite=None)).result()
    typer.echo(f"{user.login} was deactivated")
