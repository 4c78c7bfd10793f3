"""The fake Bot API with a group that has topics, for operators who work there: what it shows, and what people do in it."""

import itertools
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from aiohttp import web

from tests.support.fake_telegram import SENDS, FakeTelegram
from tests.support.fake_telegram_answers import Call, date, error, ok, person

GROUP = -1001234567890
DESK_TOKEN = "77:operators-operators-operators-operators"
ICONS = {"❗️": "icon-parked", "🔥": "icon-urgent", "💬": "icon-live", "🤖": "icon-bot", "✅": "icon-closed"}
_TAGS = {"b", "i", "blockquote", "a"}


@dataclass(slots=True, kw_only=True)
class Topic:
    """As people in the group see it."""

    number: int
    title: str
    icon: str
    open: bool = True
    deleted: bool = False
    pinned: list[int] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Shown:
    """A message of the bot's in the group, as it stands now."""

    message: int
    topic: int
    text: str
    """Without tags."""
    keys: dict[str, str] = field(default_factory=dict)
    """Label → payload."""
    method: str = "sendMessage"
    reply_to: int = 0
    files: dict[str, bytes] = field(default_factory=dict)


class _Plain(HTMLParser):
    """The words of a message, and what is wrong with its tags."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text, self.wrong, self._open = "", "", list[str]()

    def handle_starttag(self, tag: str, attrs: Any) -> None:  # noqa: ARG002 - the parser's
        self.wrong = self.wrong or ("" if tag in _TAGS else f"unsupported tag {tag}")
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.wrong = self.wrong or f"tag {tag} was not open"

    def handle_data(self, data: str) -> None:
        self.text += data

    @classmethod
    def read(cls, html: str) -> "_Plain":
        parser = cls()
        parser.feed(html)
        parser.close()
        parser.wrong = parser.wrong or (f"tag {parser._open[-1]} is not closed" if parser._open else "")
        return parser


class FakeForum(FakeTelegram):
    """``rights``: those of the bot in the group."""

    def __init__(self, **options: Any) -> None:
        super().__init__(token=DESK_TOKEN, **options)
        self.is_forum = True
        self.member = "administrator"
        self.rights = {"can_manage_topics": True, "can_pin_messages": True}
        self.topics: dict[int, Topic] = {}
        self.shown: list[Shown] = []
        self.private: list[tuple[int, str]] = []
        self.commands: dict[str, dict[str, str]] = {}
        self._topic_ids = itertools.count(5000)

    # ── what people see and do ───────────────────────────────────────────────────────────────────────────────────────

    def topic(self, title: str) -> Topic | None:
        """The newest that was not deleted whose title begins so."""
        found = [topic for topic in self.topics.values() if topic.title.startswith(title) and not topic.deleted]
        return found[-1] if found else None

    def texts(self, topic: int) -> list[str]:
        return [shown.text for shown in self.shown if shown.topic == topic]

    def said(self, topic: int, words: str) -> Shown | None:
        """The newest message of a topic with these words."""
        return next((shown for shown in reversed(self.shown) if shown.topic == topic and words in shown.text), None)

    def writes(
        self, user: int, topic: int, text: str = "", *, name: str = "Ann", language: str = "en", **more: Any
    ) -> int:
        """A person writes in a topic (0: the general one); the id of the message."""
        number = next(self._message_ids)
        note: dict[str, Any] = {
            "message_id": number,
            "date": date(),
            "chat": self._group(),
            "from": person(user) | {"first_name": name, "language_code": language},
        }
        if topic:
            note |= {"message_thread_id": topic, "is_topic_message": True}
        if text:
            note["text"] = text
        edited = more.pop("edited", False)
        self.push({"edited_message" if edited else "message": note | more})
        return number

    def presses(self, user: int, shown: Shown, payload: str, language: str = "en") -> None:
        menu = {"message_id": shown.message, "date": date(), "chat": self._group()}
        if shown.topic:
            menu |= {"message_thread_id": shown.topic, "is_topic_message": True}
        query = {
            "id": f"q{next(self._message_ids)}",
            "from": person(user) | {"language_code": language},
            "message": menu,
            "chat_instance": "1",
            "data": payload,
        }
        self.push({"callback_query": query})

    def delete(self, topic: Topic) -> None:
        topic.deleted = True

    def _group(self) -> dict[str, Any]:
        return {"id": GROUP, "type": "supergroup", "title": "Desk", "is_forum": self.is_forum}

    # ── calls ────────────────────────────────────────────────────────────────────────────────────────────────────────

    def _result(self, call: Call) -> web.Response:
        match call.method:
            case "getChat":
                return self._get_chat()
            case "getChatMember":
                return ok(self._membership())
            case "getForumTopicIconStickers":
                return ok([_sticker(emoji, icon) for emoji, icon in ICONS.items()])
            case "setMyCommands":
                return self._set_commands(call)
            case "createForumTopic":
                return self._create(call)
            case "editForumTopic" | "closeForumTopic" | "reopenForumTopic":
                return self._change_topic(call)
            case "pinChatMessage":
                return self._pin(call)
            case "editMessageText":
                return self._edit(call)
            case method if (method in SENDS or method == "sendVenue") and call.chat == GROUP:
                return self._show(call)
            case method if method in SENDS:
                self.private.append((call.chat, _Plain.read(str(call.fields.get("text", ""))).text))
        return super()._result(call)

    def _get_chat(self) -> web.Response:
        gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
        more = {
            "accent_color_id": 0,
            "max_reaction_count": 11,
            "accepted_gift_types": dict.fromkeys(gifts, False),
        }
        return ok(self._group() | more)

    def _membership(self) -> dict[str, Any]:
        me = {"id": int(self.token.split(":")[0]), "is_bot": True, "first_name": "Bot", "username": "fake_bot"}
        if self.member != "administrator":
            return {"user": me, "status": self.member}
        rights = (
            "can_be_edited", "is_anonymous", "can_manage_chat", "can_delete_messages", "can_manage_video_chats",
            "can_restrict_members", "can_promote_members", "can_change_info", "can_invite_users", "can_post_stories",
            "can_edit_stories", "can_delete_stories",
        )  # fmt: skip
        return {"user": me, "status": "administrator"} | dict.fromkeys(rights, False) | self.rights

    def _set_commands(self, call: Call) -> web.Response:
        import json

        listed = json.loads(call.fields["commands"])
        self.commands[str(call.fields.get("language_code", ""))] = {
            each["command"]: each["description"] for each in listed
        }
        return ok(True)

    def _create(self, call: Call) -> web.Response:
        if not self.rights["can_manage_topics"]:
            return error(400, "Bad Request: not enough rights to create a topic")
        number = next(self._topic_ids)
        title, icon = str(call.fields["name"]), str(call.fields.get("icon_custom_emoji_id", ""))
        if not 1 <= len(title) <= 128:
            return error(400, "Bad Request: TOPIC_TITLE_INVALID")
        self.topics[number] = Topic(number=number, title=title, icon=icon)
        return ok({"message_thread_id": number, "name": title, "icon_color": 7322096})

    def _alive(self, call: Call) -> Topic | None:
        topic = self.topics.get(int(call.fields.get("message_thread_id", 0)))
        return None if topic is None or topic.deleted else topic

    def _change_topic(self, call: Call) -> web.Response:
        topic = self._alive(call)
        if topic is None:
            return error(400, "Bad Request: TOPIC_ID_INVALID")
        if call.method == "editForumTopic":
            wanted = (
                str(call.fields.get("name", topic.title)),
                str(call.fields.get("icon_custom_emoji_id", topic.icon)),
            )
            if wanted == (topic.title, topic.icon):
                return error(400, "Bad Request: TOPIC_NOT_MODIFIED")
            topic.title, topic.icon = wanted
            return ok(True)
        wish = call.method == "reopenForumTopic"
        if topic.open is wish:
            return error(400, "Bad Request: TOPIC_NOT_MODIFIED")
        topic.open = wish
        return ok(True)

    def _pin(self, call: Call) -> web.Response:
        if not self.rights["can_pin_messages"]:
            return error(400, "Bad Request: not enough rights to manage pinned messages in the chat")
        shown = self._shown(int(call.fields["message_id"]))
        if shown is None:
            return error(400, "Bad Request: message to pin not found")
        self.topics[shown.topic].pinned.append(shown.message)
        return ok(True)

    def _shown(self, message: int) -> Shown | None:
        return next((shown for shown in self.shown if shown.message == message), None)

    def _edit(self, call: Call) -> web.Response:
        shown, read = self._shown(int(call.fields["message_id"])), _Plain.read(str(call.fields["text"]))
        if shown is None:
            return error(400, "Bad Request: message to edit not found")
        if read.wrong:
            return error(400, f"Bad Request: can't parse entities: {read.wrong}")
        keys = _keys(call)
        if (shown.text, shown.keys) == (read.text, keys):
            return error(400, "Bad Request: message is not modified: specified new message content is the same")
        shown.text, shown.keys = read.text, keys
        return ok(self._note(shown))

    def _show(self, call: Call) -> web.Response:
        number = int(call.fields.get("message_thread_id", 0))
        if number and self._alive(call) is None:
            return error(400, "Bad Request: message thread not found")
        read = _Plain.read(str(call.fields.get("text", "")))
        if read.wrong:
            self.violations.append(f"{read.wrong}: {call.fields['text']}")
            return error(400, f"Bad Request: can't parse entities: {read.wrong}")
        if len(read.text.encode("utf-16-le")) // 2 > 4096:
            self.violations.append("message is too long")
            return error(400, "Bad Request: message is too long")
        if len(str(call.fields.get("caption", "")).encode("utf-16-le")) // 2 > 1024:
            self.violations.append("caption is too long")
            return error(400, "Bad Request: message caption is too long")
        import json

        reply = call.fields.get("reply_parameters", "{}")
        call.message_id = next(self._message_ids)
        shown = Shown(
            message=call.message_id,
            topic=number,
            text=read.text or str(call.fields.get("caption", call.fields.get("title", ""))),
            keys=_keys(call),
            method=call.method,
            reply_to=int(json.loads(reply).get("message_id", 0)),
            files=call.files,
        )
        self.shown.append(shown)
        return ok(self._note(shown))

    def _note(self, shown: Shown) -> dict[str, Any]:
        return {"message_id": shown.message, "date": date(), "chat": self._group(), "message_thread_id": shown.topic}


def _keys(call: Call) -> dict[str, str]:
    rows = call.fields.get("reply_markup", {}).get("inline_keyboard", [])
    return {key["text"]: key["callback_data"] for row in rows for key in row}


def _sticker(emoji: str, icon: str) -> dict[str, Any]:
    return {
        "file_id": icon, "file_unique_id": icon, "type": "custom_emoji", "width": 100, "height": 100,
        "is_animated": True, "is_video": False, "emoji": emoji, "custom_emoji_id": icon, "file_size": 1,
    }  # fmt: skip
