"""``lotse chat``: a conversation with a bot in the terminal, with real understanding and real back-ends."""

import asyncio
import sys
from datetime import timedelta
from pathlib import Path

from rich.console import Console

from actions.runner import RasaActions
from app.bot_folder import nlu_examples
from app.clock import RandomIds, SystemClock
from bots.limits import limits_of
from bots.shape import LocationPart, MediaPart, TextPart, shape
from conversation.content import Text
from conversation.effects import Effect, Post, RunAction, Understand
from conversation.errors import ActionError
from conversation.events import (
    ActionDone,
    ActionFailed,
    CustomerSaid,
    Event,
    OperatorClaimed,
    OperatorClosed,
    OperatorReplied,
    TimerFired,
    Understood,
)
from conversation.message import Message
from conversation.records import ActionCall
from conversation.state import Closed, Conversation, Parked, WithOperator
from engine.rules import Rules
from engine.step import step
from nlu.service import LocalNlu, open_nlu

_HELP = (
    "Type what a customer would; /menu, /human, /back, /repeat, /stop and /language work as in every channel.\n"
    ":operator TEXT answers as an operator, :close ends the operator's part, :wait 10m lets time pass, :quit ends."
)
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


async def talk(folder: Path, rules: Rules, var: Path, *, language: str, channel: str) -> None:
    """Until end of input or ``:quit``."""
    table = _Table(folder, rules, await open_nlu(nlu_examples(folder), var / "nlu"), language, channel)
    table.console.print(f"[bold]{rules.bot.title}[/bold], channel {channel}. [dim]{_HELP}[/dim]\n")
    while True:
        line = await asyncio.to_thread(_read)
        if line is None or line.strip() == ":quit":
            return
        if line.strip():
            await table.take_line(line.strip())


def _read() -> str | None:
    try:
        return input("› ")
    except (EOFError, KeyboardInterrupt):
        return None


class _Table:
    """The conversation at this terminal; its state lives in memory."""

    def __init__(self, folder: Path, rules: Rules, model: LocalNlu, language: str, channel: str) -> None:
        self.rules = rules
        self.nlu = model
        self.actions = RasaActions(folder)
        self.clock = SystemClock()
        self.ids = RandomIds(self.clock)
        self.ahead = timedelta()
        self.limits = limits_of(channel)
        self.channel = channel
        self.language = language
        self.console = Console(highlight=False, soft_wrap=True, file=sys.stdout)
        self.state = self.fresh()

    def fresh(self) -> Conversation:
        return Conversation(
            id=self.ids.new(),
            chat="terminal",
            channel=self.channel,
            opened_at=self.clock.now() + self.ahead,
            language=self.language or self.rules.bot.source,
            language_chosen=bool(self.language),
        )

    async def take_line(self, line: str) -> None:
        if isinstance(self.state.phase, Closed):
            self.state = self.fresh()
        command, _, rest = line.partition(" ")
        match command:
            case ":wait":
                await self.wait(rest)
            case ":operator" | ":close":
                await self.operate(command, rest)
            case _:
                await self.take(
                    CustomerSaid(id=self.ids.new(), at=self.clock.now() + self.ahead, content=Text(text=line))
                )

    async def operate(self, command: str, words: str) -> None:
        at, who, name = self.clock.now() + self.ahead, "terminal", "You"
        if isinstance(self.state.phase, Parked):
            await self.take(OperatorClaimed(id=self.ids.new(), at=at, operator=who, name=name))
        if not isinstance(self.state.phase, WithOperator):
            self.console.print("[yellow]nobody waits for an operator[/yellow]")
        elif command == ":close":
            await self.take(OperatorClosed(id=self.ids.new(), at=at, operator=who, name=name))
        else:
            await self.take(
                OperatorReplied(
                    id=self.ids.new(),
                    content=Text(text=words),
                    client_id=self.ids.new(),
                    at=at,
                    operator=who,
                    name=name,
                )
            )

    async def wait(self, span: str) -> None:
        if not span[:-1].isdigit() or span[-1:] not in _UNITS:
            self.console.print("[yellow]write a number and s, m, h or d, such as :wait 10m[/yellow]")
            return
        until = self.ahead + timedelta(seconds=int(span[:-1]) * _UNITS[span[-1]])
        start = self.clock.now()
        while self.state.timers:
            name, due = min(self.state.timers.items(), key=lambda item: item[1])
            if due > start + until:
                break
            self.ahead = max(self.ahead, due - start)
            await self.take(TimerFired(id=self.ids.new(), at=due, name=name, due=due))
        self.ahead = until

    async def take(self, event: Event) -> None:
        self.state, effects = step(self.state, event, self.rules)
        for effect in effects:
            await self.follow(effect)

    async def follow(self, effect: Effect) -> None:
        new, at = self.ids.new(), self.clock.now() + self.ahead
        match effect:
            case Post(message=message):
                self.show(message)
            case Understand(request=request, text=text, language=language):
                found = await self.nlu.understand(text, language)
                await self.take(Understood(id=new, at=at, request=request, understanding=found))
            case RunAction(request=request, name=name, arguments=arguments, limit=limit):
                call = ActionCall(
                    name=name,
                    arguments=arguments,
                    key=request,
                    limit=limit,
                    chat=self.state.chat,
                    language=self.state.language,
                )
                try:
                    result = dict(await self.actions.run(call))
                except ActionError as error:
                    self.console.print(f"[red]{error}[/red]")
                    await self.take(ActionFailed(id=new, at=at, request=request, reason=str(error)))
                else:
                    await self.take(ActionDone(id=new, at=at, request=request, result=result))
            case _:
                pass

    def show(self, message: Message) -> None:
        if message.author == "system":
            self.console.print(f"  [dim]({message.origin} {message.name})[/dim]")
        if message.author not in ("bot", "operator"):
            return
        mark = "[cyan]bot[/cyan]" if message.author == "bot" else "[magenta]operator[/magenta]"
        for part in shape(message, self.limits):
            match part:
                case TextPart(text=text, buttons=buttons):
                    self.console.print(f"{mark}  ", end="")
                    self.console.print(text, markup=False)
                case MediaPart(media=media, buttons=buttons):
                    self.console.print(f"{mark}  ", end="")
                    self.console.print(f"{media.caption} [{media.ref}]", markup=False)
                case LocationPart(location=place):
                    self.console.print(f"{mark}  {place.latitude}, {place.longitude}")
                    continue
                case _:
                    continue
            for number, button in enumerate(buttons, start=1):
                self.console.print(f"     {number}  ", end="", style="bold")
                self.console.print(button.label, markup=False)
