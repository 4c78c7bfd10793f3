"""What the commands do, from wherever the conversation stands: menu, a person, back, repeat, stop, another language."""

from dialogs.hearing.attention import Attention
from dialogs.walking import forms


def run_command(hearing: Attention, name: str) -> None:
    """``name`` as a button has it: with what is chosen behind a slash, ``language/de``."""
    walk = hearing.walk
    name, _, argument = name.partition("/")
    command = walk.bot.commands.get(name)
    hearing.guess, hearing.leaving, hearing.languages, hearing.out = None, None, False, ()
    if name not in ("back", "repeat", "language"):
        hearing.returning = ""
    if command is None:
        gone(hearing)
    elif command.dialog:
        walk.entities = {}
        walk.jump(command.dialog, command.step, f"command.{name}")
        walk.proceed()
    elif name == "stop":
        walk.say_product("stopped")
        walk.finish("stopped")
    elif name == "language":
        _choose_language(hearing, argument)
    elif not walk.frames or name == "repeat":
        _begin_or_repeat(hearing)
    elif name == "back":
        _back(hearing)


def gone(hearing: Attention) -> None:
    """A button that means nothing any more; what is asked now is asked again."""
    hearing.walk.say_product("button_gone")
    _begin_or_repeat(hearing)


def _back(hearing: Attention) -> None:
    walk = hearing.walk
    if walk.frame.proposed is not None and walk.frame.form is None:
        walk.note(proposed=None)
        walk.repeat()
        return
    if not hearing.returning and walk.frame.stage != "doing" and (forms.back(walk) or walk.back()):
        return
    if walk.frame.stage == "parked":
        walk.to_menu()
    else:
        hearing.again()


def _choose_language(hearing: Attention, language: str) -> None:
    if language in hearing.walk.bot.languages:
        hearing.switch(language)
        _begin_or_repeat(hearing)
    else:
        hearing.languages = True
        hearing.ask_beside()


def _begin_or_repeat(hearing: Attention) -> None:
    walk = hearing.walk
    if walk.frames:
        hearing.again()
    else:
        walk.start()
        walk.proceed()
