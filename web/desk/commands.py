"""What an operator does, as an event of the conversation: who may, and with what in it."""

from datetime import datetime
from hashlib import blake2s
from typing import Any

import msgspec

from conversation.content import PRESSED, Button, Content, Location, Media, Prompt, Text
from conversation.events import (
    OperatorClaimed,
    OperatorClosed,
    OperatorConsulted,
    OperatorEvent,
    OperatorHandedBack,
    OperatorLabelled,
    OperatorNoted,
    OperatorRan,
    OperatorReplied,
    OperatorTransferred,
)
from conversation.records import Operator
from dialogs.canned import replies_in
from dialogs.saying.prompts import media_of
from handoff.rights import may
from web.deps import Deps
from web.desk.incoming import Claim, Close, Consult, HandBack, Label, Note, Reply, Run, Transfer, Turning
from web.desk.running import arguments_for
from web.uploads import sendable


class NotDoneError(Exception):
    """A command that is refused before it comes to the conversation. ``reason`` and ``holder``: as in ``refused``."""

    def __init__(self, reason: str, holder: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.holder = holder


def event_id(operator: str, command: str) -> str:
    """The same for a repeated command."""
    return blake2s(f"{operator}\0{command}".encode(), digest_size=16).hexdigest()


async def event_of(deps: Deps, me: Operator, frame: Turning, at: datetime, language: str = "") -> OperatorEvent:
    """``language``: of the operator's page. Raises NotDoneError, WrongArgumentError, and BadInputError for a file that there is not."""
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
            given = arguments_for(deps, frame.action, frame.arguments, at, language)
            if given is None:
                raise NotDoneError("unknown")
            return OperatorRan(action=frame.action, arguments=given, **about)
        case Label(message_id=message, intent=intent):
            if intent and intent not in deps.rules().bot.intents:
                raise NotDoneError("unknown")
            text = await _words(deps, frame.conversation, message)
            return OperatorLabelled(message=message, text=text, intent=intent, **about)


async def _words(deps: Deps, conversation: str, message: str) -> str:
    """What the customer typed. Anything else, or a message of another chat, can't be learnt from."""
    talk = await deps.store.conversation(conversation)
    said = await deps.store.message(talk.chat, message) if talk else None
    if said is None or said.author != "customer" or said.origin or not isinstance(said.content, Text):
        raise NotDoneError("unknown")
    return said.content.text


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


def _own_file(deps: Deps, frame: Reply) -> Media:
    """A file of the bot folder, if a canned reply brings it."""
    bot = deps.rules().bot
    files = {each.attach for language in bot.languages for each in replies_in(bot, language) if each.attach}
    for name in files:
        media = media_of(name)
        if media.ref == frame.upload:
            return msgspec.structs.replace(media, caption=frame.text)
    raise NotDoneError("unknown")


async def _content(deps: Deps, me: Operator, frame: Reply) -> Content:
    if frame.location:
        return Location(latitude=frame.location.latitude, longitude=frame.location.longitude)
    if frame.upload.startswith("media/"):
        return _own_file(deps, frame)
    if frame.upload:
        return await sendable(deps.people, me, frame.upload, frame.text)
    if frame.buttons:
        labels = dict.fromkeys(label.strip() for label in frame.buttons)
        buttons = tuple(Button(payload=f"{PRESSED}{number}", label=label) for number, label in enumerate(labels, 1))
        return Prompt(text=frame.text, buttons=buttons)
    return Text(text=frame.text)
