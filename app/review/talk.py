"""Decides on one sentence after the other with an editor at a terminal."""

from collections.abc import Callable, Sequence
from typing import Final, Literal, TypeAlias

from app.review.deciding import Desk
from app.review.items import Item
from app.review.show import about
from conversation.errors import ContentError
from dialogs.examples import OTHER

Ask: TypeAlias = Callable[[str], str]
Say: TypeAlias = Callable[[str], None]
_HELP: Final = """\
  a      accept it as it is proposed (Enter does the same)
  i      accept it under another intent
  o      accept it as `other`: nothing that the bot is for
  s      skip: it comes again
  r      reject: it comes no more, and is written nowhere
  q      stop here; what was decided stays"""


async def talk(desk: Desk, items: Sequence[Item], ask: Ask, say: Say) -> None:
    """``ask`` gives what was typed; raises EOFError at the end of the input, which is as good as ``q``."""
    for number, item in enumerate(items, 1):
        say("")
        say(f"{number} of {len(items)}, {item.language}, {item.last:%Y-%m-%d}: “{item.text}”")
        for line in about(item):
            say(f"    {line}")
        try:
            if await _decide(desk, item, ask, say) == "quit":
                return
        except EOFError:
            return


async def _decide(desk: Desk, item: Item, ask: Ask, say: Say) -> Literal["next", "quit"]:
    proposed = f"[a]ccept as {item.proposed}, " if item.proposed else ""
    while True:
        typed = ask(f"  {proposed}another [i]ntent, [o]ther, [s]kip, [r]eject, [q]uit, [?]: ").strip().lower()
        match typed or ("a" if item.proposed else "?"):
            case "a" if item.proposed:
                if await _accept(desk, item, item.proposed, say):
                    return "next"
            case "i":
                intent = _intent(desk, ask, say)
                if intent and await _accept(desk, item, intent, say):
                    return "next"
            case "o":
                if await _accept(desk, item, OTHER, say):
                    return "next"
            case "s":
                return "next"
            case "r":
                await desk.reject(item)
                say("    rejected")
                return "next"
            case "q":
                return "quit"
            case _:
                say(_HELP)


async def _accept(desk: Desk, item: Item, intent: str, say: Say) -> bool:
    """False where it can't be written: the editor hears why, and is asked again."""
    try:
        place = await desk.accept(item, intent)
    except (ContentError, OSError) as error:
        say(f"    {error}")
        return False
    say(f"    {place}: {intent}")
    return True


def _intent(desk: Desk, ask: Ask, say: Say) -> str:
    """By its name, its number, or a part of it that no other has; empty: none after all."""
    intents = desk.intents
    for number, name in enumerate(intents, 1):
        say(f"    {number:>3}  {name}")
    typed = ask("  Which (name, a part of it, or number; Enter: none)? ").strip().lower()
    if typed.isdecimal() and 1 <= int(typed) <= len(intents):
        return intents[int(typed) - 1]
    hits = [name for name in intents if name == typed] or [name for name in intents if typed and typed in name.lower()]
    if len(hits) != 1 and typed:
        say(f"    {'several intents have' if hits else 'no intent has'} “{typed}” in it")
    return hits[0] if len(hits) == 1 else ""
