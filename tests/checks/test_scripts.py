"""The scripts behind the two commands."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.repository import ROOT, named, tracked

SCRIPTS = tracked("scripts/*", ".ci/run")
CALLS = re.compile(r"\.venv/bin/lotse (\w+)|\"lotse\", \"(\w+)\"")
COMMANDS = sorted(
    {
        one or other
        for path in (*SCRIPTS, ROOT / "Makefile", ROOT / "Dockerfile", ROOT / "docker-compose.yml")
        for one, other in CALLS.findall(path.read_text(encoding="utf-8"))
    }
)


def run(*words: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        words, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, check=False, timeout=60
    )


@pytest.mark.parametrize("path", SCRIPTS, ids=named)
def test_script_can_be_started(path: Path) -> None:
    assert os.access(path, os.X_OK)
    assert path.read_text(encoding="utf-8").startswith("#!")


@pytest.mark.parametrize(
    "path", [path for path in SCRIPTS if "python" not in path.read_text(encoding="utf-8").partition("\n")[0]], ids=named
)
def test_shell_script_parses_and_stops_at_errors(path: Path) -> None:
    first, _, rest = path.read_text(encoding="utf-8").partition("\n")
    shell = first.rpartition("/")[2].split()[-1]
    assert run(shell, "-n", path).stderr == ""
    assert re.search(r"^set -eu", rest, re.MULTILINE)


@pytest.mark.parametrize("command", COMMANDS)
def test_command_that_scripts_call_exists(command: str) -> None:
    result = run(Path(sys.executable).with_name("lotse"), command, "--help")
    assert result.returncode == 0, result.stderr


def test_make_without_a_target_lists_the_targets() -> None:
    listed = run("make", "--no-print-directory").stdout
    phony = re.findall(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)[0].split()
    assert re.findall(r"make (\w+)  ", listed) == phony


def test_install_without_a_fit_python_says_what_to_do(tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    (copy / "scripts").mkdir(parents=True)
    for name in ("install", "npm", "apt-install"):
        (copy / "scripts" / name).write_bytes((ROOT / "scripts" / name).read_bytes())
        (copy / "scripts" / name).chmod(0o755)
    (copy / "requirements").mkdir()
    for name in ("runtime", "build", "node"):
        (copy / "requirements" / f"{name}.txt").touch()
    (copy / "pyproject.toml").touch()
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("sh", "dirname", "cat", "cmp", "date"):
        (tools / name).symlink_to(Path("/usr/bin") / name)
    # A real interpreter that takes itself for an older one.
    pretend = "import sys; sys.version_info = (3, 10, 9); exec(sys.argv[1])"
    (tools / "python3").write_text(f"#!/bin/sh\nexec {sys.executable} -c '{pretend}' \"$2\"\n", encoding="utf-8")
    (tools / "python3").chmod(0o755)

    result = run(copy / "scripts" / "install", PATH=str(tools), PYTHON=str(tools / "python3"))

    assert result.returncode == 1
    assert "Python 3.11 or newer is needed; " in result.stderr
    assert "is 3.10" in result.stderr
    assert "PYTHON=" in result.stderr
