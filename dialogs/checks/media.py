"""D16, T04: what a channel can't carry, or only in another form."""

from collections.abc import Iterator
from typing import Final

from conversation.content import MediaType
from dialogs.checks.data import variables
from dialogs.checks.expressions import Name
from dialogs.checks.material import ChannelLimits, Material
from dialogs.checks.samples import Samples
from dialogs.checks.structure import one_of
from dialogs.checks.types import class_of, type_of
from dialogs.checks.wording import Wording, file_of, pieces
from dialogs.model import Choose, Dialog, Pick, Step
from dialogs.problems import Problem
from dialogs.saying.prompts import MAX_ITEMS, media_of

MEDIA: Final = "media/"


# ── D16: files ───────────────────────────────────────────────────────────────────────────────────────────────────────


def media(m: Material) -> Iterator[Problem]:
    for dialog, step in m.steps():
        if step.attach is None:
            continue
        if step.attach.names:
            yield from _made_up(m, dialog, step)
            continue
        name = step.attach.source
        if name not in m.files or not name.startswith(MEDIA):
            todo = f"put it into media/, or {one_of(name, [file for file in m.files if file.startswith(MEDIA)])}"
            yield m.at(dialog, step, f"there is no file {name}", todo, path=("attach",))
        else:
            yield from _carried(m, dialog, step, name, len(m.files[name]))


def _made_up(m: Material, dialog: Dialog, step: Step) -> Iterator[Problem]:
    """A name that is worked out: of something that can be one."""
    for name in m.reading(step.attach).names if step.attach else ():
        found = type_of(name, variables(m).types)
        if found is not None and class_of(found) not in ("text", "any"):
            message = f"“{_spelt(name)}” is a {class_of(found)}, and no name of a file"
            yield m.at(dialog, step, message, "name a field of the kind `file`", path=("attach",))


def _spelt(name: Name) -> str:
    return ".".join(name)


def _carried(m: Material, dialog: Dialog, step: Step, name: str, size: int) -> Iterator[Problem]:
    kind: MediaType = media_of(name).type
    for channel in m.bot.channels:
        limits = m.channels.get(channel)
        if limits is None or not limits.media:
            continue  # a channel without files at all gets a link, as is written in DIALOGS
        if kind not in limits.media:
            message = f"{channel} carries no file like {name}: customers there get a link"
        elif size > limits.upload:
            message = f"{name} has {size / 1e6:.1f} MB, {channel} carries {limits.upload / 1e6:.0f}: customers there get a link"
        else:
            continue
        yield m.at(dialog, step, message, "make it smaller, or tick this", path=("attach",), severity="warning")


# ── T04: labels, options, texts ──────────────────────────────────────────────────────────────────────────────────────


def lengths(m: Material) -> Iterator[Problem]:
    """Each in the first channel that it is too long for; where all is numbered anyway, nothing is cut."""
    for dialog, step in m.steps():
        for language in m.bot.languages:
            yield from _menu(m, dialog, step, language)
            yield from _texts(m, dialog, step, language)


def _menu(m: Material, dialog: Dialog, step: Step, language: str) -> Iterator[Problem]:
    if isinstance(step.verb, Pick):
        yield from _items(m, dialog, step, language)
    if not isinstance(step.verb, Choose):
        return
    words = m.once(Wording)
    key = words.labels_key(language, dialog, step)
    samples = m.once(Samples)
    labels = {
        name: samples.text(template, language) or name
        for name, template in words.labels(language, dialog, step).items()
        if any(option.name == name for option in step.verb.options)
    }
    count = len(step.verb.options)
    for channel, limits in _with_menus(m):
        room = _room(limits, count)
        if not room:
            message = f"{channel} shows no menu of {count} options: customers there get numbers"
            if language == m.bot.source:
                yield m.at(dialog, step, message, "split the menu, or tick this", path=("choose",), severity="warning")
            continue
        if any(all(limits.size(label) <= size for label in labels.values()) for size in room):
            continue
        for name, label in labels.items():
            if limits.size(label) > max(room):
                message = f"“{label}” has {limits.size(label)} characters, {channel} shows {max(room)}: it is cut"
                yield m.within(
                    file_of(language, dialog.name), (language, key, "options", name), message,
                    "find shorter words, or tick this", step=step.name, severity="warning",
                )  # fmt: skip


def _items(m: Material, dialog: Dialog, step: Step, language: str) -> Iterator[Problem]:
    entry = m.once(Wording).entry(language, dialog, step.say)
    if entry is None or entry.item is None:
        return
    list_ = variables(m).saved(step, variables(m).types)
    label = m.once(Samples).text(entry.item, language, item=list_)
    for channel, limits in _with_menus(m):
        room = _room(limits, MAX_ITEMS)
        if room and limits.size(label) > max(room):
            message = (
                f"a label such as “{label}” has {limits.size(label)} characters, {channel} shows {max(room)}: it is cut"
            )
            path = (language, step.say, "item")
            todo = "show fewer fields, or tick this"
            yield m.within(file_of(language, dialog.name), path, message, todo, step=step.name, severity="warning")


def _with_menus(m: Material) -> Iterator[tuple[str, ChannelLimits]]:
    for channel in m.bot.channels:
        limits = m.channels.get(channel)
        if limits is not None and (limits.buttons or limits.rows):
            yield channel, limits


def _room(limits: ChannelLimits, count: int) -> list[int]:
    """The longest label of each way in which a channel can show so many options."""
    return [size for most, size in ((limits.buttons, limits.label), (limits.rows, limits.row_label)) if count <= most]


def _texts(m: Material, dialog: Dialog, step: Step, language: str) -> Iterator[Problem]:
    asking = isinstance(step.verb, Choose | Pick)
    for spot, entry in m.once(Wording).of_step(language, dialog, step):
        for piece in pieces(entry):
            if piece.group[-1] != "text" or len(piece.template.source) < _SHORT:
                continue
            for channel in m.bot.channels:
                limits = m.channels.get(channel)
                most = 0 if limits is None else limits.prompt_text if asking else limits.text
                if limits is not None and piece.group[:2] in (("text",), ("by_channel", channel)):
                    size = limits.size(m.once(Samples).text(piece.template, language))
                    if size > most:
                        message = f"the text has {size} characters, a message of {channel} {most}: it is sent in parts"
                        yield m.within(
                            spot.file, spot.path(piece), message,
                            f"shorten it, or say it otherwise there (`by_channel: {{{channel}: …}}`)",
                            step=step.name, severity="warning",
                        )  # fmt: skip


_SHORT: Final = 500
"""Characters that every channel carries in one message, with all that a text puts in."""
