"""What an operator does, as an event of the conversation: who may, and with what in it."""

from datetime import datetime
from hashlib import blake2s
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from conversation.content import PRESSED, Button, Content, Location, Media, Prompt, Text
from conversation.errors import BadInputError, LotseError
from conversation.events import (
    OperatorClaimed,
    OperatorClosed,
    OperatorConsulted,
    OperatorEvent,
    OperatorHandedBack,
    OperatorNoted,
    OperatorRan,
    OperatorReplied,
    OperatorTransferred,
)
from conversation.records import Operator
from conversation.value import Data
from dialogs.answers.values import AnswerContext
from dialogs.arguments import Wrong, arguments
from dialogs.canned import attached
from dialogs.saying.prompts import media_of
from handoff.rights import may
from web.deps import Deps
from web.desk.incoming import Claim, Close, Consult, HandBack, Note, Reply, Run, Transfer, Turning
from web.uploads import sendable


class NotDoneError(Exception):
    """A command that is refused before it comes to the conversation. ``reason``: as in ``refused``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def event_id(operator: str, command: str) -> str:
    """The same for a repeated command."""
    return blake2s(f"{operator}\0{command}".encode(), digest_size=16).hexdigest()


class WrongArgumentError(LotseError):
    """An action can't be run with what was given for it. ``name``: of the argument; ``wanted``: the kind that it must have, or
    ``missing``."""

    def __init__(self, action: str, name: str, wanted: str) -> None:
        what = "is missing" if wanted == "missing" else f"must be a {wanted}"
        super().__init__(f"{action} can't be run like this: “{name}” {what}")
        self.name = name
        self.wanted = wanted


async def event_of(deps: Deps, me: Operator, frame: Turning, at: datetime, language: str = "") -> OperatorEvent:
    """``language``: in which the operator writes. Raises NotDoneError, WrongArgumentError, and BadInputError for a file that there is
    not."""
    about: dict[str, Any] = {
        "id": event_id(me.id, frame.id),
        "at": at,
        "operator": me.id,
        "name": me.name,
        "conversation": frame.conversation,
    }
    match frame:
        case Claim():
            return OperatorClaimed(**about)
        case Reply():
            return OperatorReplied(content=await _content(deps, me, frame), client_id=frame.id, **about)
        case Note(text=text, mentions=mentions):
            known = {each.id for each in await deps.store.operators()} if mentions else set()
            meant = tuple(name for name in dict.fromkeys(mentions) if name in known)
            return OperatorNoted(text=text.strip(), mentions=meant, client_id=frame.id, **about)
        case Transfer():
            return await _transferred(deps, me, frame, about)
        case Consult(colleague=name, question=question):
            colleague = await _colleague(deps, name)
            over = may(me, "others")
            return OperatorConsulted(
                colleague=colleague.id, colleague_name=colleague.name, question=question, over=over, **about
            )
        case HandBack(dialog=dialog, step=step):
            return OperatorHandedBack(dialog=dialog, step=step, **about)
        case Close(outcome=outcome, topic=topic):
            return OperatorClosed(outcome=outcome, topic=topic, over=may(me, "others"), **about)
        case Run():
            return OperatorRan(action=frame.action, arguments=_arguments(deps, frame, at, language), **about)


async def _transferred(deps: Deps, me: Operator, frame: Transfer, about: dict[str, Any]) -> OperatorTransferred:
    to = await _colleague(deps, frame.to) if frame.to else None
    return OperatorTransferred(
        team=frame.team,
        to=to.id if to else "",
        to_name=to.name if to else "",
        reason=frame.reason.strip(),
        over=may(me, "others"),
        **about,
    )


async def _colleague(deps: Deps, name: str) -> Operator:
    found = await deps.store.find_operator(name)
    if found is None or not may(found, "chats"):
        raise NotDoneError("unknown")
    return found


def _arguments(deps: Deps, frame: Run, at: datetime, language: str) -> dict[str, Data]:
    """As the action takes them. Call-backs have a command of their own."""
    bot = deps.rules().bot
    spec = bot.actions.get(frame.action)
    if spec is None or spec.own:
        raise NotDoneError("unknown")
    now = at.astimezone(ZoneInfo(bot.policy.time_zone))
    context = AnswerContext(
        now=now, language=language or bot.source, country=bot.country, currency=bot.currency, free=True
    )
    found = arguments(spec, frame.arguments, context)
    if not isinstance(found, Wrong):
        return found
    if found.why == "strange":
        raise BadInputError("bad_frame", f"{frame.action} takes no {found.name[:100]}")
    raise WrongArgumentError(frame.action, found.name, "missing" if found.why == "missing" else found.kind)


def _attached(deps: Deps, frame: Reply) -> Media:
    """What no reply of the bot folder names is nobody's to send: it may be another customer's."""
    if frame.attach not in attached(deps.rules().bot):
        raise BadInputError("not_found", "no canned reply brings this file along any more; choose the reply once more")
    return msgspec.structs.replace(media_of(frame.attach), caption=frame.text)


async def _content(deps: Deps, me: Operator, frame: Reply) -> Content:
    if frame.location:
        return Location(latitude=frame.location.latitude, longitude=frame.location.longitude)
    if frame.upload:
        return await sendable(deps.people, me, frame.upload, frame.text)
    if frame.attach:
        return _attached(deps, frame)
    if frame.buttons:
        labels = dict.fromkeys(label.strip() for label in frame.buttons)
        buttons = tuple(Button(payload=f"{PRESSED}{number}", label=label) for number, label in enumerate(labels, 1))
        return Prompt(text=frame.text, buttons=buttons)
    return Text(text=frame.text)
