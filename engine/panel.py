"""What the desk shows about a conversation, besides its messages. Pure."""

from datetime import datetime

from conversation.reasons import Ran
from conversation.state import Conversation
from conversation.value import Value
from dialogs.canned import Filled, filled
from dialogs.saying.prompts import Prompts
from dialogs.saying.titles import of_intent
from dialogs.scene import Names, Scene, view_of
from engine.rules import Rules


class Guess(Value, frozen=True, kw_only=True):
    """What the customer wants, as it was understood; ``text``: the words that say so."""

    name: str
    title: str
    score: float
    text: str = ""


def canned_for(
    rules: Rules, conversation: Conversation, operator: str, now: datetime, *, language: str = ""
) -> list[Filled]:
    """All canned replies for this customer, in their language or another that the bot speaks. ``operator``: the name."""
    tongue = language if language in rules.bot.languages else conversation.language or rules.bot.source
    scene = _scene(rules, conversation, tongue, now)
    names = Names(rules.bot, scene, conversation.variables)
    return filled(rules.bot, scene, names, customer=conversation.name, operator=operator)


def reason_of(rules: Rules, conversation: Conversation, language: str, now: datetime) -> Guess | None:
    """With a title in the operator's language, if the bot speaks it."""
    reason = conversation.reason
    if reason is None:
        return None
    title = title_of(rules, conversation, reason.intent, language, now)
    return Guess(name=reason.intent, title=title, score=reason.score, text=reason.text)


def title_of(rules: Rules, conversation: Conversation, intent: str, language: str, now: datetime) -> str:
    """What people call the intent."""
    bot = rules.bot
    scene = _scene(rules, conversation, language if language in bot.languages else bot.source, now)
    view = view_of(bot, scene.language, conversation.variables)
    return of_intent(Prompts(bot, scene, view, Names(bot, scene, conversation.variables)), intent)


def titles_in(rules: Rules, language: str, now: datetime) -> Prompts:
    """For ``dialogs.saying.titles``, of no customer in particular. ``language``: one of the bot's."""
    bot = rules.bot
    scene = Scene(key="", now=now, channel="webchat", language=language, customer="", hours=rules.hours(now))
    return Prompts(bot, scene, view_of(bot, language), Names(bot, scene, {}))


def actions_of(conversation: Conversation) -> tuple[Ran, ...]:
    """What was asked of the back-end and came of it, oldest first."""
    return conversation.ran


def _scene(rules: Rules, conversation: Conversation, language: str, now: datetime) -> Scene:
    return Scene(
        key=conversation.id,
        now=now,
        channel=conversation.channel,
        language=language,
        customer=conversation.chat,
        hours=rules.hours(now),
    )
