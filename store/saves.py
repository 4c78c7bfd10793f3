"""Turns into the tables: each whole, or not at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import msgspec
from sqlalchemy import Connection

from conversation.candidates import Candidate
from conversation.content import UPLOAD, Contact, media_of, plain_text
from conversation.effects import Amend, CancelTimer, Post, RunAction, SetTimer, Suggest, Unsuggest
from conversation.errors import StaleError
from conversation.message import Message
from conversation.records import ActionCall, Job, Saved, Send, Turn
from conversation.state import Closed, Conversation, Parked, WithBot, WithOperator
from store import handled, suggestions
from store.codec import encode, micros, words
from store.statements import Bulk, Each, Params

PREVIEW = 120
"""Characters of the customer's last words that a card shows."""

_HANDLE = Bulk(
    "UPDATE inbox SET state = 'done' FROM (VALUES {rows}) AS v"
    " WHERE inbox.state = 'new' AND inbox.number = v.column1 AND NOT EXISTS (SELECT 1 FROM inbox AS older"
    " WHERE older.state = 'new' AND older.chat = inbox.chat AND older.number < v.column2) RETURNING inbox.number",
    width=2,
    types=("BIGINT", "BIGINT"),
)
"""Number of the event, and of the first that its turn answers: what is older must have been answered before."""
_OPEN = Bulk(
    "INSERT INTO conversations (id, chat, version, phase, team, operator, since, unanswered, opened_at, updated_at,"
    " preview, state, bundle, priority) VALUES {rows} ON CONFLICT DO NOTHING RETURNING id",
    width=14,
)
_MOVE = Bulk(
    "UPDATE conversations SET version = v.column3, phase = v.column4, team = v.column5, operator = v.column6,"
    " since = v.column7, unanswered = v.column8, updated_at = v.column9,"
    " preview = CASE v.column10 WHEN '' THEN preview ELSE v.column10 END, state = v.column11,"
    " bundle = v.column12, priority = v.column13"
    " FROM (VALUES {rows}) AS v"
    " WHERE conversations.id = v.column1 AND conversations.version = v.column2 RETURNING conversations.id",
    width=13,
    types=(
        "TEXT", "BIGINT", "BIGINT", "TEXT", "TEXT", "TEXT", "BIGINT", "BIGINT", "BIGINT", "TEXT", "BLOB", "TEXT", "BIGINT",
    ),
)  # fmt: skip
_CHATS = Bulk(
    "UPDATE chats SET conversation = v.column2, latest = v.column3, seq = v.column4,"
    " language = CASE v.column5 WHEN '' THEN language ELSE v.column5 END,"
    " unreachable = CASE WHEN v.column6 <> '' THEN v.column6 WHEN v.column7 = 1 THEN '' ELSE unreachable END,"
    " name = CASE v.column9 WHEN '' THEN name ELSE v.column9 END"
    " FROM (VALUES {rows}) AS v WHERE chats.id = v.column1 AND chats.fence = v.column8"
    " RETURNING chats.id, chats.channel, chats.account, chats.address, chats.unreachable",
    width=9,
    types=("TEXT", "TEXT", "TEXT", "BIGINT", "TEXT", "TEXT", "BIGINT", "BIGINT", "TEXT"),
)
_SAY = Each(
    "INSERT INTO messages (chat, seq, id, conversation, author, at, body) VALUES (?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (id) DO NOTHING"
)
_AMEND = Each("UPDATE messages SET body = ? WHERE id = ?")
_QUEUE = Bulk(
    "INSERT INTO outbox (chat, message, state, due, error, bulk) VALUES {rows}"
    " ON CONFLICT (message) DO NOTHING RETURNING number, message",
    width=6,
)
_DROP_SENDS = Each("UPDATE outbox SET state = 'failed', error = ? WHERE chat = ? AND state = 'pending'")
_ASK = Bulk(
    "INSERT INTO jobs (chat, conversation, key, call) VALUES {rows} ON CONFLICT (key) DO NOTHING RETURNING number, key",
    width=4,
)
_PROVE = Each("UPDATE chats SET phone = ? WHERE id = ?")
_USE = Each("UPDATE uploads SET used = 1 WHERE id = ?")
_SET_TIMER = Each(
    "INSERT INTO timers (conversation, name, chat, due) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (conversation, name) DO UPDATE SET due = excluded.due"
)
_CANCEL_TIMER = Each("DELETE FROM timers WHERE conversation = ? AND name = ?")
_STOP_TIMERS = Each("DELETE FROM timers WHERE conversation = ?")


class BadWritesError(Exception):
    """Some writes of a batch can't be; ``errors`` has theirs, by index. The others are to be done again without them."""

    def __init__(self, errors: Mapping[int, Exception]) -> None:
        super().__init__(f"{len(errors)} of a batch can't be written")
        self.errors = errors


@dataclass(frozen=True, slots=True, kw_only=True)
class Save:
    """A turn, taken apart into rows."""

    turn: Turn
    conversation: Params
    chat: Params
    posts: tuple[Message, ...]
    amended: tuple[Message, ...] = ()
    """Messages of earlier turns."""
    calls: tuple[ActionCall, ...]
    timers: Mapping[str, int | None] = field(default_factory=dict)
    """Name to the new time; None: cancelled."""
    closed: bool
    suggested: Mapping[str, Candidate | None] = field(default_factory=dict)
    """Id to the candidate; None: it is taken back."""

    @property
    def lane(self) -> str:
        return self.turn.conversation.chat


@dataclass(frozen=True, slots=True)
class _Place:
    """A chat as the database has it after the turn."""

    channel: str
    account: str
    address: str
    unreachable: str


def prepare(turn: Turn) -> Save:
    """The rows of a turn. The version it gets is above ``turn.base`` even where the core left it as it was."""
    conversation = turn.conversation
    version = max(conversation.version, turn.base + 1)
    if version != conversation.version:
        conversation = msgspec.structs.replace(conversation, version=version)
    posts: dict[str, Message] = {}
    amended: dict[str, Message] = {}
    calls: dict[str, ActionCall] = {}
    timers: dict[str, int | None] = {}
    suggested: dict[str, Candidate | None] = {}
    for effect in turn.effects:
        match effect:
            case Post(message=message):
                posts.setdefault(message.id, message)
            case Amend(message=message) if message.id in posts:
                posts[message.id] = message
            case Amend(message=message):
                amended[message.id] = message
            case RunAction():
                calls.setdefault(effect.request, _call(effect, conversation))
            case SetTimer(name=name, due=due):
                timers[name] = micros(due)
            case CancelTimer(name=name):
                timers[name] = None
            case Suggest(candidate=candidate):
                suggested[candidate.id] = candidate
            case Unsuggest(id=id_):
                suggested[id_] = None
            case _:
                """Understand and Refuse leave no trace: they are asked again, or shown once."""
    closed = isinstance(conversation.phase, Closed)
    said = [message for message in posts.values() if message.author == "customer"]
    return Save(
        turn=turn,
        conversation=_conversation_row(turn, conversation, said),
        chat=(
            conversation.chat,
            "" if closed else conversation.id,
            conversation.id,
            conversation.seq,
            conversation.language,
            words(turn.unreachable),
            int(bool(said)),
            turn.fence,
            words(conversation.name),
        ),
        posts=tuple(posts.values()),
        amended=tuple(amended.values()),
        calls=tuple(calls.values()),
        timers=timers,
        closed=closed,
        suggested=suggested,
    )


def store(connection: Connection, saves: Sequence[Save]) -> list[Saved]:
    """What each turn leaves to do. At most one turn a chat and an event. Raises BadWritesError for turns that came too late."""
    _refuse_handled(connection, saves)
    _refuse_stale(connection, saves)
    places = _update_chats(connection, saves)
    _SAY.run(connection, [_message_row(save, message) for save in saves for message in save.posts])
    _AMEND.run(connection, [(encode(message), message.id) for save in saves for message in save.amended])
    _PROVE.run(connection, [row for save in saves for row in _proofs(save)])
    _USE.run(connection, [row for save in saves for row in _uploads(save)])
    sends = _store_sends(connection, saves, places)
    jobs = _store_jobs(connection, saves)
    _store_timers(connection, saves)
    handled.RATE.run(connection, [row for save in saves for row in _ratings(save)])
    suggestions.store(connection, [each for save in saves for each in save.suggested.items()])
    handled.KEEP.run(connection, [handled.row_of(save.turn.left) for save in saves if save.turn.left])
    return [Saved(sends=tuple(ours), jobs=tuple(asked)) for ours, asked in zip(sends, jobs, strict=True)]


def _call(effect: RunAction, conversation: Conversation) -> ActionCall:
    return ActionCall(
        name=effect.name,
        arguments=effect.arguments,
        key=effect.request,
        limit=effect.limit,
        chat=conversation.chat,
        language=conversation.language,
    )


def _conversation_row(turn: Turn, conversation: Conversation, said: Sequence[Message]) -> Params:
    """The row to insert for a new conversation, otherwise the one to update with (which has ``base`` in it)."""
    team = operator = ""
    priority = 0
    match conversation.phase:
        case WithBot():
            phase, since = "with_bot", conversation.opened_at
        case Parked(team=team, since=since, priority=priority):
            phase = "parked"
        case WithOperator(team=team, operator=operator, since=since):
            phase = "with_operator"
        case Closed(at=since):
            phase = "closed"
    spoken = (" ".join(words(plain_text(message.content)[: 4 * PREVIEW]).split()) for message in reversed(said))
    preview = next((text[:PREVIEW] for text in spoken if text), "")
    where = (phase, team, operator, micros(since), int(conversation.unanswered))
    version, at, state = conversation.version, micros(turn.at), encode(conversation)
    if turn.base:
        return (conversation.id, turn.base, version, *where, at, preview, state, conversation.bundle, priority)
    opened = micros(conversation.opened_at)
    return (
        conversation.id,
        conversation.chat,
        version,
        *where,
        opened,
        at,
        preview,
        state,
        conversation.bundle,
        priority,
    )


def _message_row(save: Save, message: Message) -> Params:
    conversation = save.turn.conversation
    at = micros(message.at)
    return (conversation.chat, message.seq, message.id, conversation.id, message.author, at, encode(message))


def _proofs(save: Save) -> list[Params]:
    """Phone numbers that the channel says are the customer's own."""
    said = (message.content for message in save.posts if message.author == "customer")
    numbers = ("".join(filter(str.isdigit, each.phone)) for each in said if isinstance(each, Contact) and each.own)
    return [(number, save.lane) for number in numbers if number]


def _ratings(save: Save) -> list[Params]:
    conversation = save.turn.conversation
    if conversation.rating is None or all(message.origin != "rated" for message in save.posts):
        return []
    return [(conversation.rating.stars, conversation.chat, conversation.id)]


def _uploads(save: Save) -> list[Params]:
    """Files of operators that a message names: they stay as long as it does."""
    files = (media_of(message.content) for message in save.posts if message.author == "operator")
    return [(each.ref.removeprefix(UPLOAD),) for each in files if each and each.ref.startswith(UPLOAD)]


def _refuse_handled(connection: Connection, saves: Sequence[Save]) -> None:
    """An event is answered by one turn only, and after all that came before it in its chat."""
    wanted = [(number, min(save.turn.handled)) for save in saves for number in save.turn.handled]
    free = {row[0] for row in _HANDLE.run(connection, wanted)}
    late = [index for index, save in enumerate(saves) if not free.issuperset(save.turn.handled)]
    if late:
        _refuse(saves, late)


def _refuse_stale(connection: Connection, saves: Sequence[Save]) -> None:
    """A conversation that somebody saved, or a chat for which somebody opened one, is left alone."""
    fresh = [save.conversation for save in saves if not save.turn.base]
    known = [save.conversation for save in saves if save.turn.base]
    taken = {row[0] for row in _OPEN.run(connection, fresh) + _MOVE.run(connection, known)}
    if len(taken) < len(saves):
        _refuse(saves, [index for index, save in enumerate(saves) if save.turn.conversation.id not in taken])


def _refuse(saves: Sequence[Save], late: Sequence[int]) -> None:
    raise BadWritesError({index: StaleError(saves[index].turn.conversation.id) for index in late})


def _update_chats(connection: Connection, saves: Sequence[Save]) -> dict[str, _Place]:
    """A turn of a chat that was claimed by somebody else is refused."""
    rows = _CHATS.run(connection, [save.chat for save in saves])
    places = {row[0]: _Place(row[1], row[2], row[3], row[4]) for row in rows}
    lost = [index for index, save in enumerate(saves) if save.lane not in places]
    if lost:
        _refuse(saves, lost)
    return places


def _store_sends(connection: Connection, saves: Sequence[Save], places: Mapping[str, _Place]) -> list[list[Send]]:
    """The sends of each turn. Those to a customer whom nothing reaches fail at once: the desk shows them so."""
    gone = [(words(save.turn.unreachable), save.lane) for save in saves if save.turn.unreachable]
    _DROP_SENDS.run(connection, gone)
    rows: list[Params] = []
    for save in saves:
        if save.turn.outgoing:
            error = places[save.lane].unreachable
            state, due = ("failed" if error else "pending"), micros(save.turn.at)
            bulk = int(save.turn.bulk)
            rows += [(save.lane, message.id, state, due, error, bulk) for message in _outgoing(save)]
    numbers = {message: number for number, message in _QUEUE.run(connection, rows)}
    return [_sends(save, places[save.lane], numbers) for save in saves]


def _outgoing(save: Save) -> list[Message]:
    return [message for message in save.posts if message.author in ("bot", "operator")]


def _sends(save: Save, place: _Place, numbers: Mapping[str, int]) -> list[Send]:
    if place.unreachable or not save.turn.outgoing:
        return []
    return [
        Send(
            number=numbers[message.id],
            chat=save.lane,
            channel=place.channel,
            account=place.account,
            address=place.address,
            message=message,
            due=save.turn.at,
            bulk=save.turn.bulk,
        )
        for message in _outgoing(save)
        if message.id in numbers
    ]


def _store_jobs(connection: Connection, saves: Sequence[Save]) -> list[list[Job]]:
    rows: list[Params] = [
        (call.chat, save.turn.conversation.id, call.key, encode(call)) for save in saves for call in save.calls
    ]
    numbers = {key: number for number, key in _ASK.run(connection, rows)}
    return [
        [
            Job(number=numbers[call.key], chat=call.chat, conversation=save.turn.conversation.id, call=call)
            for call in save.calls
            if call.key in numbers
        ]
        for save in saves
    ]


def _store_timers(connection: Connection, saves: Sequence[Save]) -> None:
    """A closed conversation keeps those that its state still names."""
    _STOP_TIMERS.run(connection, [(save.turn.conversation.id,) for save in saves if save.closed])
    cancelled: list[Params] = []
    due: list[Params] = []
    for save in saves:
        conversation = save.turn.conversation
        kept = {name: micros(at) for name, at in conversation.timers.items()} if save.closed else save.timers
        for name, at in kept.items():
            if at is None:
                cancelled.append((conversation.id, name))
            else:
                due.append((conversation.id, name, conversation.chat, at))
    _CANCEL_TIMER.run(connection, cancelled)
    _SET_TIMER.run(connection, due)
