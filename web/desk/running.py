"""Actions of the back-end that operators run: what they give for them is what the catalogue says, or they are told what is not."""

from datetime import datetime
from zoneinfo import ZoneInfo

from conversation.errors import BadInputError, LotseError
from conversation.value import Data
from dialogs.answers.values import AnswerContext
from dialogs.arguments import Wrong, arguments
from web.deps import Deps


class WrongArgumentError(LotseError):
    """An action can't be run with what was given for it. ``name``: of the argument; ``wanted``: the kind that it must have, or
    ``missing``."""

    def __init__(self, action: str, name: str, wanted: str) -> None:
        what = "is missing" if wanted == "missing" else f"must be a {wanted}"
        super().__init__(f"{action} can't be run like this: “{name}” {what}")
        self.name = name
        self.wanted = wanted


def arguments_for(
    deps: Deps, action: str, given: dict[str, Data], at: datetime, language: str
) -> dict[str, Data] | None:
    """As the action takes them; None where there is no such action: call-backs have a command of their own. ``language``: in which the
    operator writes. Raises WrongArgumentError, and BadInputError for what the action does not know."""
    bot = deps.rules().bot
    spec = bot.actions.get(action)
    if spec is None or spec.own:
        return None
    now = at.astimezone(ZoneInfo(bot.policy.time_zone))
    tongue = language or bot.source
    context = AnswerContext(now=now, language=tongue, country=bot.country, currency=bot.currency, free=True)
    found = arguments(spec, given, context)
    if not isinstance(found, Wrong):
        return found
    if found.why == "strange":
        raise BadInputError("bad_frame", f"{action} takes no {found.name[:100]}")
    raise WrongArgumentError(action, found.name, "missing" if found.why == "missing" else found.kind)
