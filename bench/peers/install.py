"""Installs the peers that are no part of our environment, on their first run, into folders that git ignores."""

import subprocess
import sys
from pathlib import Path
from typing import Final

from bench.processes import ROOT

_BOTKIT: Final = ROOT / "bench" / "peers" / "botkit"
_BOT_FRAMEWORK: Final = ROOT / "bench" / "peers" / "botframework"
_VENV: Final = ROOT / "var" / "bench-botframework"
LIMIT: Final = 300.0
"""Seconds of one step of an installation."""


def botkit() -> list[str]:
    """The command of its server, without the port. Raises RuntimeError with npm's words."""
    npm = str(ROOT / "scripts" / "npm")
    lock, installed = _BOTKIT / "package-lock.json", _BOTKIT / "node_modules" / ".package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        _say("Botkit")
        _run([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], _BOTKIT)
        installed.touch()
    node = _run([npm, "run", "--silent", "where"], _BOTKIT).strip()
    return [node, str(_BOTKIT / "server.js")]


def bot_framework() -> list[str]:
    """The command of its server, without the port. Raises RuntimeError with pip's words.

    Its packages want others than ours do: it has an environment of its own.
    """
    pins, stamp = _BOT_FRAMEWORK / "requirements.txt", _VENV / "pinned"
    python = _VENV / "bin" / "python"
    if not stamp.exists() or stamp.read_text() != pins.read_text():
        _say("Bot Framework for Python")
        _run([sys.executable, "-m", "venv", "--clear", str(_VENV)], ROOT)
        quiet = ("--quiet", "--disable-pip-version-check", "--no-input")
        _run([str(python), "-m", "pip", "install", *quiet, "--require-hashes", "-r", str(pins)], ROOT)
        stamp.write_text(pins.read_text())
    # It writes its own outdated escapes as warnings.
    return [str(python), "-W", "ignore", str(_BOT_FRAMEWORK / "server.py")]


def _say(name: str) -> None:
    print(f"installing {name}, once …", file=sys.stderr)


def _run(command: list[str], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=LIMIT)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command[:4])} ended with {done.returncode}: {done.stderr.strip()[-300:]}")
    return done.stdout
