"""A real rasa-sdk action server with the actions of a bot folder, as a process."""

import http.client
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.support.process import free_port

LONGEST_START = 60.0


class ActionServer:
    """As its developers start it: ``python -m rasa_sdk --actions actions`` beside the folder."""

    def __init__(self, folder: Path, var: Path) -> None:
        """``folder``: holds the package ``actions``; ``var``: where its own files and its log go."""
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._folder = folder
        self._var = var
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> str:
        return (self._var / "action-server.log").read_text(encoding="utf-8", errors="replace")

    def start(self) -> None:
        """Returns when it answers."""
        environment = {**os.environ, "SANIC_HOST": "127.0.0.1", "LOTSE_VAR": str(self._var)}
        command = [sys.executable, "-m", "rasa_sdk", "--actions", "actions", "--port", str(self.port)]
        with (self._var / "action-server.log").open("ab") as output:
            self._process = subprocess.Popen(
                command,
                cwd=self._folder,
                env={**environment, "PYTHONPATH": str(self._folder)},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        until = time.monotonic() + LONGEST_START
        while not self._answers():
            if time.monotonic() > until or self._process.poll() is not None:
                self.kill()
                raise RuntimeError(f"the action server did not come up:\n{self.log}")
            time.sleep(0.02)

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/health")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def kill(self) -> None:
        """With the workers that it forked: its session is its own. Returns when nobody answers any more."""
        if self._process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process = None
        while self._answers():
            time.sleep(0.005)


@contextmanager
def action_server(actions: Path, var: Path) -> Iterator[ActionServer]:
    """``actions``: a bot folder's ``actions/``; copied, since a server wants a package of that name."""
    folder = var / "server"
    shutil.copytree(actions, folder / "actions")
    (folder / "actions" / "__init__.py").touch()
    server = ActionServer(folder, var)
    try:
        server.start()
        yield server
    finally:
        server.kill()
