import subprocess
import sys
from pathlib import Path

import pytest

from bots import registry
from bots.connector import SettingsError
from bots.limits import all_limits
from bots.telegram.connector import connect


def test_connector_is_found_by_its_channels_name() -> None:
    assert registry.connector("telegram") is connect


def test_unknown_channel_names_those_that_exist() -> None:
    with pytest.raises(SettingsError, match=r"'carrier_pigeon'.*telegram"):
        registry.connector("carrier_pigeon")


def test_every_connector_has_limits_and_a_page_that_explains_it() -> None:
    for name in registry.names():
        assert name in all_limits()
        folder = Path(registry.__file__).parent / name
        assert (folder / "README.md").is_file()
        assert list((folder / "fixtures").glob("*.json"))


def test_aiogram_is_not_imported_until_telegram_is_configured() -> None:
    program = (
        "import sys, bots.registry, bots.shape, bots.limits, bots.telegram.translate, bots.telegram.hook; "
        "sys.exit('aiogram' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
