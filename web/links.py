"""Where the signed links lead that customers get: in the web chat, and by channels that can't carry a file."""

from typing import Final

import msgspec
from aiohttp import web

from bots.links import PATH
from conversation.content import UPLOAD
from web.deps import Deps
from web.files import serve_media, serve_upload

_CACHE: Final = "private, no-store"
_HEADERS: Final = {
    "X-Robots-Tag": "noindex, nofollow",
    "Referrer-Policy": "no-referrer",
}


class Links:
    """``GET /files/<token>/<name>``: the file, or a sentence in the customer's language on why not."""

    def __init__(self, deps: Deps) -> None:
        self.deps = deps
        self._sentences = {language: _sentences(raw) for language, raw in deps.texts.items()}

    def add_routes(self, router: web.UrlDispatcher) -> None:
        router.add_get(f"{PATH}/{{token}}/{{name:.+}}", self.file)

    async def file(self, request: web.Request) -> web.StreamResponse:
        token, name = request.match_info["token"], request.match_info["name"]
        ref = f"media/{name}"
        standing = self.deps.links.read(token, name)
        if standing == "forged" and name.startswith(UPLOAD):
            ref = name.rpartition("/")[0]
            standing = self.deps.links.read(token, ref, "upload")
        response: web.StreamResponse
        match standing:
            case "valid":
                if ref.startswith(UPLOAD):
                    response = await serve_upload(self.deps, ref.removeprefix(UPLOAD), _CACHE)
                else:
                    response = serve_media(self.deps.media(ref), ref, _CACHE)
                if response.status == 404:
                    response = self._sorry(request, 404, "gone")
            case "expired":
                response = self._sorry(request, 410, "expired")
            case "forged":
                response = self._sorry(request, 404, "unknown")
        response.headers.update(_HEADERS)
        return response

    def _sorry(self, request: web.Request, status: int, key: str) -> web.Response:
        spoken = (
            part.partition(";")[0].strip()[:2].lower() for part in request.headers.get("Accept-Language", "").split(",")
        )
        language = next((code for code in spoken if code in self._sentences), "en")
        return web.Response(
            status=status,
            text=f"{self._sentences[language][key]}\n",
            content_type="text/plain",
            charset="utf-8",
            headers={"Content-Language": language, "Vary": "Accept-Language", "Cache-Control": _CACHE},
        )


def _sentences(raw: bytes) -> dict[str, str]:
    found: dict[str, str] = msgspec.json.decode(raw)["link"]
    return found
