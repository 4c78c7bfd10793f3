"""What holds for every test."""

import asyncio
import gc
from collections.abc import Iterator

import pytest
import structlog

from tests.support.network import Loopback


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--deep", action="store_true", help="random tests try many more examples")
    parser.addoption("--full", action="store_true", help="crash tests kill the service a hundred times and more")
    parser.addoption("--seed", type=int, default=0, help="what chance decides in crash tests; 0: another each time")


@pytest.fixture(scope="session", autouse=True)
def loopback() -> Iterator[Loopback]:
    guard = Loopback()
    with pytest.MonkeyPatch.context() as patch:
        guard.install(patch)
        yield guard


@pytest.fixture(scope="session", autouse=True)
def _no_stray_event_loop() -> None:
    """pytest-asyncio asks for the current loop before each test; where none was ever set, asking makes one that
    nobody closes, and some later test gets the blame."""
    asyncio.set_event_loop(None)


@pytest.fixture(autouse=True)
def _garbage_is_collected_again() -> Iterator[None]:
    """A command that is run in this process turns the collector off, as its own process ends soon: the tests after it would keep
    gigabytes."""
    yield
    gc.enable()


@pytest.fixture(autouse=True)
def _logs_are_set_up_for_one_test(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A command that is run in this process sets them up for good, down to each module's logger: later tests would read none."""
    before, configure = structlog.get_config(), structlog.configure
    monkeypatch.setattr(
        structlog, "configure", lambda **given: configure(**given | {"cache_logger_on_first_use": False})
    )
    yield
    configure(**before)


@pytest.fixture(autouse=True)
def _nothing_leaves_this_machine(loopback: Loopback) -> Iterator[None]:
    """Code that swallows the refusal doesn't save its test."""
    loopback.refused.clear()
    yield
    if loopback.refused:
        pytest.fail(f"tried to reach {', '.join(loopback.refused)}: tests talk to this machine only")
