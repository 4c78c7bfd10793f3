"""``lotse serve`` at a terminal: what cannot work is said in a sentence, with what to do."""

import asyncio
import os
import shutil
import socket
import sys
from pathlib import Path

from tests.support.process import ROOT

NORDNETZ = ROOT / "examples" / "nordnetz"


async def serve(var: Path, *, program: str = "from app.cli import main; main()", **settings: str) -> tuple[int, str]:
    """Exit code and everything that was printed; the service must not come up."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LOTSE_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        program,
        "serve",
        cwd=ROOT,
        env=environment | {"LOTSE_VAR": str(var), "LOTSE_WEB__PORT": "0", **settings},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(60):
            printed, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return process.returncode or 0, printed.decode()


def quick_bot(folder: Path) -> Path:
    """The example with two sentences to learn."""
    shutil.copytree(NORDNETZ, folder, ignore=shutil.ignore_patterns("nlu", "tests", "__pycache__"))
    (folder / "nlu").mkdir()
    words = "intents:\n  want_human: [a person please, a human]\n  order_status: [my order, where is it]\n"
    (folder / "nlu" / "en.yaml").write_text(words, encoding="utf-8")
    return folder


async def test_a_taken_port_is_named_with_the_setting_that_changes_it(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, printed = await serve(
            tmp_path / "var", LOTSE_WEB__PORT=str(port), LOTSE_BOT=str(quick_bot(tmp_path / "bot"))
        )
    assert code == 1
    assert f"port {port} is taken" in printed
    assert "LOTSE_WEB__PORT" in printed
    assert "Traceback" not in printed


async def test_every_problem_of_a_broken_bot_is_listed(tmp_path: Path) -> None:
    bot = quick_bot(tmp_path / "bot")
    dialog = bot / "dialogs" / "support.yaml"
    text = dialog.read_text(encoding="utf-8")
    dialog.write_text(text.replace("go: menu}", "go: nowhere}", 1), encoding="utf-8")
    (bot / "locales" / "uk" / "identify_customer.yaml").unlink()
    code, printed = await serve(tmp_path / "var", LOTSE_BOT=str(bot))
    assert code == 1
    assert "dialogs/support.yaml:" in printed
    assert "nowhere" in printed
    assert "identify_customer" in printed
    assert "Traceback" not in printed


async def test_a_folder_without_a_bot_is_told_so(tmp_path: Path) -> None:
    code, printed = await serve(tmp_path / "var", LOTSE_BOT=str(tmp_path / "nothing"))
    assert code == 1
    assert "there is no bot here" in printed
    assert "LOTSE_BOT" in printed


async def test_missing_pages_are_named_with_the_command_that_builds_them(tmp_path: Path) -> None:
    program = f"import app.serve, pathlib; app.serve.PAGES = pathlib.Path({str(tmp_path)!r}); from app.cli import main; main()"
    code, printed = await serve(tmp_path / "var", program=program, LOTSE_BOT=str(quick_bot(tmp_path / "bot")))
    assert code == 1
    assert "scripts/build-pages" in printed
    assert "Traceback" not in printed


async def test_a_setting_that_can_not_be_is_a_sentence(tmp_path: Path) -> None:
    code, printed = await serve(tmp_path / "var", LOTSE_WEB__PORT="eighty")
    assert code == 1
    assert "LOTSE_WEB__PORT" in printed
    assert "Traceback" not in printed


async def test_a_list_that_is_none_is_a_sentence(tmp_path: Path) -> None:
    code, printed = await serve(tmp_path / "var", LOTSE_WEB__ORIGINS="https://a.example, https://b.example")
    assert code == 1
    assert "LOTSE_WEB__ORIGINS" in printed
    assert "Traceback" not in printed
