"""What is to be done next in a topic, given what was surely done. Pure.

One step is one call of the Bot API; what it makes true is written down after it. A step that is worked out anew is worked out from
the state as it is then: what was overtaken meanwhile is never told.
"""

from collections.abc import Collection, Sequence
from hashlib import blake2s
from typing import Final, TypeAlias

import msgspec

from bots.telegram_desk.card import State, card_of, keys_of, name_of, state_of, title_of
from bots.telegram_desk.lines import CAPTION, LONGEST, Block, blocks, cut, is_file, short, who, words_of
from bots.telegram_desk.ports import About
from bots.telegram_desk.reader import Reader
from conversation.content import Location, Media, media_of, plain_text
from conversation.message import Message
from conversation.state import Conversation, Parked, WithOperator
from conversation.topics import Topic
from conversation.value import Tagged

SO_FAR: Final = 14
"""Lines of the conversation so far that are told; the others are at the web desk."""
Keys: TypeAlias = tuple[tuple[str, str], ...]


class Make(Tagged, frozen=True, kw_only=True):
    title: str
    icon: State


class Reopen(Tagged, frozen=True, kw_only=True):
    pass


class Retitle(Tagged, frozen=True, kw_only=True):
    title: str
    icon: State


class Shut(Tagged, frozen=True, kw_only=True):
    pass


class PutCard(Tagged, frozen=True, kw_only=True):
    html: str
    keys: Keys
    shown: str
    conversation: str


class ChangeCard(Tagged, frozen=True, kw_only=True):
    html: str
    keys: Keys
    shown: str


class Pin(Tagged, frozen=True, kw_only=True):
    pass


class Tell(Tagged, frozen=True, kw_only=True):
    """Then everything up to ``seq`` is told, and ``part`` pieces of what follows."""

    html: str
    seq: int
    part: int = 0


class TellFile(Tagged, frozen=True, kw_only=True):
    """``instead``: what is told where the file can't be had."""

    media: Media
    caption: str
    instead: str
    seq: int


class TellPlace(Tagged, frozen=True, kw_only=True):
    place: Location
    title: str
    seq: int


class Skip(Tagged, frozen=True, kw_only=True):
    """Up to ``seq`` there is nothing that the group has to read."""

    seq: int


class Know(Tagged, frozen=True, kw_only=True):
    """All is as it should be with this version of the conversation."""

    version: int


Step: TypeAlias = (
    Make | Reopen | Retitle | Shut | PutCard | ChangeCard | Pin | Tell | TellFile | TellPlace | Skip | Know
)


def next_step(
    topic: Topic,
    conversation: Conversation,
    messages: Sequence[Message],
    about: About,
    reader: Reader,
    *,
    told: Collection[str] = (),
) -> Step | None:
    """None: the topic is as it should be. ``messages``: those after ``topic.seq``, in order; ``told``: ids of those that the
    group has seen otherwise, such as answers that were written there."""
    people = isinstance(conversation.phase, Parked | WithOperator)
    if not people and not topic.open:
        return None
    icon, title = state_of(conversation), title_of(conversation, reader)
    if not topic.topic:
        return Make(title=title, icon=icon)
    if people and not topic.open:
        return Reopen()
    if topic.icon != icon or topic.title != title:
        return Retitle(title=title, icon=icon)
    html, keys = card_of(conversation, about, reader), keys_of(conversation, reader)
    shown = _digest(conversation, about, reader)
    if people and (not topic.card or topic.conversation != conversation.id):
        return PutCard(html=html, keys=keys, shown=shown, conversation=conversation.id)
    if people and topic.pinned != topic.card:
        return Pin()
    step = _news(topic, conversation, messages, reader, told)
    if step:
        return step
    if topic.card and topic.shown != shown:
        return ChangeCard(html=html, keys=keys, shown=shown)
    if not people:
        return Shut()
    if topic.version != conversation.version:
        return Know(version=conversation.version)
    return None


def _digest(conversation: Conversation, about: About, reader: Reader) -> str:
    """Of what makes it worth to change a summary: who has the chat, what is known; not how that is put into words."""
    about = msgspec.structs.replace(about, summary=(), why="")
    told = card_of(conversation, about, reader), keys_of(conversation, reader)
    return blake2s(repr(told).encode(), digest_size=8).hexdigest()


# ── what was said ────────────────────────────────────────────────────────────────────────────────────────────────────


def _news(
    topic: Topic, conversation: Conversation, messages: Sequence[Message], reader: Reader, told: Collection[str]
) -> Step | None:
    fresh = [message for message in messages if message.seq > topic.seq]
    if not fresh:
        return None
    parked = max((message.seq for message in fresh if message.origin == "parked"), default=0)
    name = name_of(conversation, reader)
    if fresh[0].seq < parked:
        return _so_far([message for message in fresh if message.seq <= parked], conversation, name, reader, told)
    if fresh[0].id not in told and is_file(fresh[0]):
        return _file(fresh[0], name, reader)
    return _live(topic, fresh, name, reader, told)


def _file(message: Message, name: str, reader: Reader) -> TellFile | TellPlace:
    said_by = who(message, name, reader)
    if isinstance(message.content, Location):
        return TellPlace(place=message.content, title=said_by, seq=message.seq)
    media = media_of(message.content)
    assert media is not None  # noqa: S101 - the caller asked is_file
    said = media.caption or plain_text(message.content)
    return TellFile(
        media=media,
        caption=cut(f"{said_by}: {said}" if said else said_by, CAPTION),
        instead=f"{said_by}: {words_of(message, reader)}",
        seq=message.seq,
    )


def _so_far(
    before: Sequence[Message], conversation: Conversation, name: str, reader: Reader, told: Collection[str]
) -> Step:
    """What was said until the customer waited, shortened; files among it are shown."""
    before = [message for message in before if message.seq > conversation.begins or message.seq == before[-1].seq]
    if before[0].author == "customer" and before[0].id not in told and is_file(before[0]):
        return _file(before[0], name, reader)
    run: list[Message] = []
    for message in before:
        if message.author == "customer" and message.id not in told and is_file(message):
            break
        run.append(message)
    lines = [line for message in run if message.id not in told and (line := short(message, name, reader))]
    if not lines:
        return Skip(seq=run[-1].seq)
    kept = lines[-SO_FAR:]
    head = reader.say("so_far") + (f" (… {len(lines) - len(kept)})" if len(kept) < len(lines) else "")
    body = "\n".join(line.html for line in kept)
    return Tell(html=f"<i>{head}</i>\n<blockquote expandable>{body}</blockquote>", seq=run[-1].seq)


def _live(topic: Topic, fresh: Sequence[Message], name: str, reader: Reader, told: Collection[str]) -> Tell | Skip:
    """As many messages as fit into one: a burst costs one."""
    held: list[Block] = []
    room, seq, part = LONGEST, topic.seq, topic.part
    for message in fresh:
        if message.id not in told and is_file(message):
            break
        pieces = [] if message.id in told else blocks(message, name, reader)
        for number, piece in enumerate(pieces[part:], part):
            if piece.units + 1 > room:
                return Tell(html="\n".join(block.html for block in held), seq=seq, part=number)
            held.append(piece)
            room -= piece.units + 1
        seq, part = message.seq, 0
    return Tell(html="\n".join(block.html for block in held), seq=seq) if held else Skip(seq=seq)
