"""Whether the action server that runs has what a bot's catalogue names."""

from pathlib import Path

from actions.remote import disagreements
from app.clock import SystemClock
from app.ground import remote_actions
from app.settings import ActionsSettings, Settings
from dialogs.problems import Problem
from dialogs.reading.source import read_source

CATALOGUE = "actions/catalogue.yaml"


async def missing_actions(settings: Settings, folder: Path, url: str = "") -> list[Problem]:
    """Of the server at ``url``, or at the one of the settings. Raises LotseError when it does not answer."""
    asked = ActionsSettings(**{**settings.actions.model_dump(), "url": url or settings.actions.url})
    actions = remote_actions(settings.model_copy(update={"actions": asked, "bot": folder}), SystemClock())
    try:
        missing = disagreements(actions.catalogue, await actions.names())
    finally:
        await actions.close()
    if not missing:
        return []
    source = read_source(CATALOGUE, (folder / CATALOGUE).read_bytes())
    todo = "start a server whose code has it, or take it out of the catalogue"
    return [
        Problem(
            file=CATALOGUE,
            line=source.line((name,)),
            message=f"the action server {actions.url} has no action “{name}”",
            todo=todo,
        )
        for name in missing
    ]
