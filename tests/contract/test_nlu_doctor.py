"""What ``lotse doctor`` says of the language layers."""

from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from app.nlu_doctor import language_lines
from app.settings import EndpointSettings, NluSettings, RasaSettings, Settings
from tests.support.process import free_port
from tests.support.rasa_server import parsed, rasa_server, raw


async def told(**nlu: Any) -> dict[str, tuple[str, str, str]]:
    """Part → level, what is so, what to do."""
    settings = Settings(nlu=NluSettings(**nlu))
    return {part: (level, says, todo) async for level, part, says, todo in language_lines(settings)}


async def test_the_layers_of_this_machine_are_named() -> None:
    level, says, _ = (await told())["language"]
    assert level == "ok"
    assert "multilingual" in says
    assert says.endswith("words and letters")


async def test_layers_that_the_settings_leave_out_are_not_there() -> None:
    assert (await told(layers=[], endpoint=EndpointSettings(url="http://127.0.0.1:1/v1")))["language"] == (
        "ok",
        "words and letters",
        "",
    )


async def test_a_model_that_is_not_where_the_settings_say_is_told_of(tmp_path: Path) -> None:
    found = [line async for line in language_lines(Settings(nlu=NluSettings(layers=["path"], model=tmp_path / "gone")))]
    assert [(level, "nothing at this path" in says) for level, _, says, _ in found] == [("warn", True), ("ok", False)]


async def test_a_rasa_server_that_answers_is_well() -> None:
    async with rasa_server(parsed(("greeting", 0.9))) as server:
        level, says, todo = (await told(layers=[], rasa=RasaSettings(url=server.url, limit=0.9)))["rasa"]
        assert (level, todo) == ("ok", "")
        assert says.startswith(f"{server.url} understands, in ")
        assert server.texts == ["Hallo"]


@pytest.mark.parametrize(
    ("body", "status", "why"), [(b"{}", 200, "no Rasa server"), (b"", 401, "check the token"), (b"", 500, "500")]
)
async def test_a_rasa_server_that_does_not_understand_is_told_of_with_the_reason(
    body: bytes, status: int, why: str
) -> None:
    async with rasa_server(raw(body, status)) as server:
        level, says, todo = (await told(layers=[], rasa=RasaSettings(url=server.url)))["rasa"]
        assert level == "warn"
        assert why in says
        assert "LOTSE_NLU__RASA__" in todo


async def test_a_server_that_is_not_there_is_told_of() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    found = await told(
        layers=["endpoint"], rasa=RasaSettings(url=url), endpoint=EndpointSettings(url=f"{url}/v1", model="m")
    )
    assert {part: level for part, (level, _, _) in found.items()} == {
        "language": "ok",
        "endpoint": "warn",
        "rasa": "warn",
    }


async def test_an_answer_that_takes_longer_than_it_may_is_told_of() -> None:
    async def slowly(request: web.Request) -> web.StreamResponse:
        return await parsed(("greeting", 0.9))(request)

    async with rasa_server(slowly) as server:
        level, says, todo = (await told(layers=[], rasa=RasaSettings(url=server.url, limit=1e-9)))["rasa"]
        assert level == "warn"
        assert "understands" in says
        assert "give it more" in todo
