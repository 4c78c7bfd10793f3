"""``lotse user``: who may sit at the desk, and what they may do there."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from app.commands.stored import with_store
from app.settings import Settings

if TYPE_CHECKING:
    from app.operators import Known, Wanted

user = typer.Typer(help="Operators of the desk.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="What the operator signs in with.")]
Shown = Annotated[str, typer.Option("--name", help="What customers see.")]
Password = Annotated[str, typer.Option(help="Asked for, twice, if left out.")]
# typer reads Optional, and no | None
Role = Annotated[Optional[str], typer.Option(help="operator, supervisor, editor or admin.")]  # noqa: UP045
Teams = Annotated[
    Optional[list[str]],  # noqa: UP045
    typer.Option("--team", help="A team of the bot; several times for several, * for all."),
]
Languages = Annotated[
    Optional[list[str]],  # noqa: UP045
    typer.Option("--language", help="A language of the bot; several times for several, * for any."),
]
Skills = Annotated[
    Optional[list[str]],  # noqa: UP045
    typer.Option("--skill", help="What the operator is good at, one word; several times for several, - for none."),
]
Capacity = Annotated[Optional[int], typer.Option(help="How many chats at a time.")]  # noqa: UP045


@user.command("add")
def add(
    name: Name,
    *,
    shown: Shown = "",
    password: Password = "",
    role: Role = None,
    team: Teams = None,
    language: Languages = None,
    skill: Skills = None,
    capacity: Capacity = None,
) -> None:
    """Add an operator, or set a new password for one. The first one of all is an admin, if no role is given."""
    from app import operators

    wanted = _wanted(role=role, teams=team, languages=language, skills=skill, capacity=capacity)
    operators.check(name, wanted, _known)
    password = password or _ask_password()
    title = shown or name.capitalize()
    with_store(
        lambda store: operators.put(store, Settings().var, name, password, shown=title, wanted=wanted, known=_known)
    )
    print(f"{name} can sign in now")  # noqa: T201 - output


@user.command("change")
def change(
    name: Name,
    *,
    shown: Annotated[Optional[str], typer.Option("--name", help="What customers see.")] = None,  # noqa: UP045
    role: Role = None,
    team: Teams = None,
    language: Languages = None,
    skill: Skills = None,
    capacity: Capacity = None,
) -> None:
    """Change what an operator may and can do. What is not named stays; --team, --language and --skill replace all there were."""
    from app import operators

    wanted = _wanted(role=role, teams=team, languages=language, skills=skill, capacity=capacity, shown=shown)
    operator = with_store(lambda store: operators.change(store, name, wanted, _known))
    print(operators.line_of(operator))  # noqa: T201 - output


@user.command("password")
def password_(name: Name, password: Password = "") -> None:
    """Set an operator's password, and sign the operator out everywhere."""
    from app import operators

    with_store(lambda store: operators.must_be_there(store, name))
    password = password or _ask_password()
    with_store(lambda store: operators.put(store, Settings().var, name, password))
    print(f"{name} has a new password, and is signed out everywhere within a minute")  # noqa: T201 - output


@user.command("remove")
def remove(name: Name) -> None:
    """Remove an operator, and sign the operator out everywhere."""
    from app import operators

    with_store(lambda store: operators.remove(store, Settings().var, name))
    print(f"{name} can't sign in any more, and is signed out everywhere within a minute")  # noqa: T201 - output


@user.command("telegram")
def telegram(name: Name) -> None:
    """Make a code with which an operator is known in the operators' Telegram group; it is good once, for half an hour."""
    from app.clock import SystemClock
    from app.telegram_desk import make_code

    code = with_store(lambda store: make_code(store, SystemClock(), name))
    print(f"{name} sends this to the desk's bot, in a private chat with it, within half an hour:")  # noqa: T201 - output
    print(f"/link {code}")  # noqa: T201 - output


@user.command("list")
def list_() -> None:
    """List the operators: what they sign in with, what customers see, role, teams, languages, skills, chats at a time."""
    from app import operators

    for operator in with_store(lambda store: store.operators()):
        print(operators.line_of(operator))  # noqa: T201 - output


def _ask_password() -> str:
    """Only when all else is right: nobody types it twice for nothing."""
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))


def _wanted(
    *,
    role: str | None,
    teams: Sequence[str] | None,
    languages: Sequence[str] | None,
    skills: Sequence[str] | None,
    capacity: int | None,
    shown: str | None = None,
) -> "Wanted":
    from app.operators import Wanted

    return Wanted(
        shown=shown or None,
        role=role,
        teams=_listed(teams, "*"),
        languages=_listed(languages, "*"),
        skills=_listed(skills, "-"),
        capacity=capacity,
    )


def _listed(names: Sequence[str] | None, none: str) -> Sequence[str] | None:
    """An option that was not given leaves what there is; ``none`` alone empties it."""
    if not names:
        return None
    return () if list(names) == [none] else names


def _known() -> "Known":
    """Read only where somebody names a team or a language: it takes a second."""
    from app.bot_folder import load_rules
    from app.operators import Known

    rules = load_rules(Settings().bot)
    return Known(teams=tuple(rules.policy.teams), languages=rules.bot.languages)
