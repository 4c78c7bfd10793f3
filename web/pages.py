"""The pages and their data: static files, labels, the picture of the dialogs."""

import re
from typing import Final

import msgspec
from aiohttp import web

from dialogs.model import Bot, Choose, Dialog, End, Step
from dialogs.problems import Problem
from dialogs.shown import foreign_ways, label_of, text_of, verb_of
from dialogs.ways import ways_on
from web.deps import Deps
from web.guard import failure

_PAGES: Final = {"/": "index.html", "/chat": "chat.html", "/desk": "desk.html", "/dialogs": "dialogs.html"}
_HASHED: Final = re.compile(r"-[A-Z0-9]{8}\.")
"""Names that change with their content."""
_NAME: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}")
_LONG: Final = "public, max-age=31536000, immutable"


class Way(msgspec.Struct, frozen=True, kw_only=True):
    to: str
    why: str


class ShownOption(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    labels: dict[str, str]
    go: str


class ShownStep(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    name: str
    verb: str
    texts: dict[str, str]
    options: tuple[ShownOption, ...]
    ways: tuple[Way, ...]
    ends: str | None = None


class ShownDialog(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    title: str
    start: str
    steps: tuple[ShownStep, ...]


class ShownBot(msgspec.Struct, frozen=True, kw_only=True):
    title: str
    languages: tuple[str, ...]
    source: str
    dialogs: tuple[ShownDialog, ...]
    problems: tuple[Problem, ...]
    loaded_at: str
    version: str


class Pages:
    def __init__(self, deps: Deps) -> None:
        self.deps = deps

    def add_routes(self, router: web.UrlDispatcher) -> None:
        for path in _PAGES:
            router.add_get(path, self.page)
        router.add_get("/widget.js", self.widget)
        router.add_get("/favicon.ico", self.icon)
        router.add_get("/static/{name}", self.static)
        router.add_get("/texts.json", self.texts)
        router.add_get("/dialogs.json", self.dialogs)

    async def page(self, request: web.Request) -> web.StreamResponse:
        return self._file(_PAGES[request.path], "no-cache")

    async def widget(self, _: web.Request) -> web.StreamResponse:
        response = self._file("widget.js", "public, max-age=300")
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response

    async def icon(self, _: web.Request) -> web.StreamResponse:
        return self._file("favicon.svg", "public, max-age=86400")

    async def static(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        return self._file(name, _LONG if _HASHED.search(name) else "public, max-age=3600")

    def _file(self, name: str, cache: str) -> web.StreamResponse:
        path = self.deps.pages / name
        if not _NAME.fullmatch(name) or not path.is_file():
            return failure(404, "not_found", "there is no such page")
        return web.FileResponse(path, headers={"Cache-Control": cache})

    async def texts(self, request: web.Request) -> web.Response:
        language = request.query.get("language", "en")
        body = self.deps.texts.get(language) or self.deps.texts["en"]
        headers = {"Cache-Control": "public, max-age=300", "Access-Control-Allow-Origin": "*"}
        return web.Response(body=body, content_type="application/json", headers=headers)

    async def dialogs(self, _: web.Request) -> web.Response:
        bot = self.deps.rules().bot
        shown = ShownBot(
            title=bot.title,
            languages=bot.languages,
            source=bot.source,
            dialogs=tuple(
                _dialog(bot, dialog) for dialog in sorted(bot.dialogs.values(), key=lambda d: d.name != bot.start)
            ),
            problems=tuple(self.deps.problems()),
            loaded_at=self.deps.loaded_at(),
            version=self.deps.version(),
        )
        return web.Response(body=msgspec.json.encode(shown), content_type="application/json")


def _dialog(bot: Bot, dialog: Dialog) -> ShownDialog:
    steps = tuple(_step(bot, dialog, step) for step in dialog.steps.values())
    return ShownDialog(name=dialog.name, title=dialog.title, start=dialog.start, steps=steps)


def _step(bot: Bot, dialog: Dialog, step: Step) -> ShownStep:
    verb = step.verb
    options = verb.options if isinstance(verb, Choose) else ()
    return ShownStep(
        name=step.name,
        verb=verb_of(step),
        texts={language: text_of(bot, dialog, step, language) for language in bot.languages} if step.say else {},
        options=tuple(
            ShownOption(name=option.name, labels=_labels(bot, dialog, step, option.name), go=option.go)
            for option in options
        ),
        ways=tuple(Way(to=to, why=why) for to, why in [*ways_on(step), *foreign_ways(bot, step)]),
        ends=verb.outcome if isinstance(verb, End) else None,
    )


def _labels(bot: Bot, dialog: Dialog, step: Step, option: str) -> dict[str, str]:
    return {language: label_of(bot, dialog, step, option, language) for language in bot.languages}
