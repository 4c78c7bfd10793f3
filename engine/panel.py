"""What the desk shows about a conversation, besides its messages. Pure."""

from datetime import datetime

from conversation.reasons import Ran
from conversation.state import Conversation
from conversation.value import Value
from dialogs.canned import Filled, filled
from dialogs.model import Command
from dialogs.saying.prompts import Prompts
from dialogs.saying.titles import of_dialog, of_intent, of_step
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


class Titles:
    """What people call the parts of the bot in one language, whoever the customer is; in the bot's own where it does not speak it."""

    def __init__(self, rules: Rules, language: str, now: datetime) -> None:
        bot = rules.bot
        tongue = language if language in bot.languages else bot.source
        scene = Scene(key="", now=now, channel="", language=tongue, customer="", hours=rules.hours(now))
        self._prompts = Prompts(bot, scene, view_of(bot, tongue, {}), Names(bot, scene, {}))

    def intent(self, name: str) -> str:
        return of_intent(self._prompts, name)

    def dialog(self, name: str) -> str:
        return of_dialog(self._prompts, name)

    def command(self, command: Command) -> str:
        """Of one that leads to a step: what is meant by it, what is said there, or the word for it."""
        if command.intent:
            return self.intent(command.intent)
        words = self._prompts.bot.texts.command_words(self._prompts.view.language).get(command.name, ())
        said = of_step(self._prompts, command.dialog, command.step)
        return said or next(iter(words), "") or command.name.replace("_", " ")


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
