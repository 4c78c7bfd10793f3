"""Context providers: what a developer may write, what comes of what is wrong, and that nobody waits for a slow one."""

import asyncio
import textwrap
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from actions.providers import MAX_ROWS, MAX_VALUE, LocalProviders
from app.checking import check_folder
from conversation.errors import ContextError
from conversation.knowing import About, Offer, Rows, spoken
from tests.support.bots import NORDNETZ

HEAD = "import asyncio, time\nfrom actions.providers import About, provider\n"
Make = Callable[..., LocalProviders]


@pytest.fixture
async def made(tmp_path: Path) -> AsyncIterator[Make]:
    """Providers from the bodies of files in ``context/``."""
    opened: list[LocalProviders] = []

    def make(**files: str) -> LocalProviders:
        (tmp_path / "context").mkdir(exist_ok=True)
        for name, body in files.items():
            (tmp_path / "context" / f"{name}.py").write_text(HEAD + textwrap.dedent(body), encoding="utf-8")
        opened.append(LocalProviders(tmp_path))
        return opened[-1]

    yield make
    for each in opened:
        await each.close()


def about(**variables: object) -> About:
    return About(
        chat="c", conversation="k", channel="webchat", address="a", language="de", name="Eva", variables=dict(variables)
    )


async def answer(providers: LocalProviders, name: str = "orders") -> Rows:
    return await providers.ask(name, about(number="A-1"))


async def test_a_provider_says_what_it_knows(made: Make) -> None:
    providers = made(
        crm="""
        @provider(title={"de": "Bestellungen", "en": "Orders"}, limit=2)
        async def orders(about: About):
            await asyncio.sleep(0)
            return {about.name: about.variables["number"], "paid": True, "sum": 1.5, "due": None}
        """
    )
    assert providers.offers == [Offer(name="orders", title={"de": "Bestellungen", "en": "Orders"}, limit=2.0)]
    assert await answer(providers) == (("Eva", "A-1"), ("paid", "✓"), ("sum", "1.5"), ("due", "–"))
    assert providers.problems == []


@pytest.mark.parametrize(
    ("returned", "rows"),
    [
        ("None", ()),
        ("[]", ()),
        ("[('a', {'de': 'x', 'en': 'y'})]", (("a", {"de": "x", "en": "y"}),)),
        ("(pair for pair in [('a', 1), ['b', 2]])", (("a", "1"), ("b", "2"))),
        ("[('a', 'b\\0c')]", (("a", "bc"),)),
        ("[('a', 'x' * 1000)]", (("a", "x" * (MAX_VALUE - 1) + "…"),)),
        ("[(n, n) for n in range(1000)]", tuple((str(n), str(n)) for n in range(MAX_ROWS))),
    ],
)
async def test_rows_are_names_and_values(made: Make, returned: str, rows: Rows) -> None:
    providers = made(crm=f"@provider(title='x')\nasync def orders(about): return {returned}")
    assert await answer(providers) == rows


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("return 5", "it returned int"),
        ("return 'text'", "it returned str"),
        ("return ['text']", "a row of str"),
        ("return [(1, 2, 3)]", "a row of tuple"),
        ("return [('a', object())]", "a row holds object"),
        ("raise KeyError('secret')", "KeyError"),
        ("raise TimeoutError('inside')", "no answer|TimeoutError"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("import asyncio\n    raise asyncio.CancelledError", "."),
    ],
)
async def test_what_breaks_is_told_to_the_developer_and_the_others_go_on(made: Make, body: str, told: str) -> None:
    providers = made(
        crm=f"@provider(title='x')\nasync def orders(about):\n    {body}\n",
        well="@provider(title='y')\nasync def faults(about): return {'a': 'b'}",
    )
    with pytest.raises(ContextError, match=told):
        await answer(providers)
    assert await answer(providers, "faults") == (("a", "b"),)


async def test_a_slow_one_is_late_and_cancelled(made: Make, tmp_path: Path) -> None:
    providers = made(
        crm=f"""
        @provider(title="x", limit=0.05)
        async def orders(about):
            try:
                await asyncio.sleep(60)
            finally:
                open({str(tmp_path / "cancelled")!r}, "w").close()
        """
    )
    with pytest.raises(ContextError) as caught:
        await answer(providers)
    assert caught.value.late
    for _ in range(200):
        if (tmp_path / "cancelled").exists():
            return
        await asyncio.sleep(0.01)
    pytest.fail("the provider was not told to stop")


async def test_one_that_blocks_holds_up_no_turn(made: Make) -> None:
    """The loop of the chats goes round while the provider sleeps where it should wait."""
    providers = made(crm="@provider(title='x', limit=0.2)\nasync def orders(about): time.sleep(1)")
    rounds = 0

    async def count() -> None:
        nonlocal rounds
        while True:
            rounds += 1
            await asyncio.sleep(0.005)

    counting = asyncio.create_task(count())
    with pytest.raises(ContextError) as caught:
        await answer(providers)
    counting.cancel()
    assert caught.value.late
    assert rounds > 5


@pytest.mark.parametrize(
    ("body", "place", "told"),
    [
        ("def broken(:", "context/crm.py:3", "this is not Python"),
        ("import nowhere_at_all", "context/crm.py:3", "can't be imported: ModuleNotFoundError"),
        ("1 / 0", "context/crm.py:3", "ZeroDivisionError"),
        ("raise SystemExit(1)", "context/crm.py:3", "SystemExit"),
        ("@provider(title='x')\ndef orders(about): pass", "context/crm.py:3", "async def orders"),
        ("@provider(title='x')\nasync def orders(): pass", "context/crm.py:3", "async def orders(about)"),
        ("@provider(title='')\nasync def orders(about): pass", "context/crm.py:3", "title"),
        ("@provider(title={'de': 5})\nasync def orders(about): pass", "context/crm.py:3", "title"),
        ("@provider(title='x', limit=0)\nasync def orders(about): pass", "context/crm.py:3", "its limit is 0"),
        ("@provider(title='x', limit=31)\nasync def orders(about): pass", "context/crm.py:3", "its limit is 31"),
        ("@provider(title='x', limit='2')\nasync def orders(about): pass", "context/crm.py:3", "its limit is '2'"),
        ("@provider(title='x')\nasync def faults(about): pass", "context/well.py:3", "has this name"),
    ],
)
async def test_what_cannot_be_loaded_is_told_with_its_line_and_the_others_run(
    made: Make, body: str, place: str, told: str
) -> None:
    providers = made(crm=body, well="@provider(title='y')\nasync def faults(about): return {'a': 'b'}")
    (problem,) = providers.problems
    assert str(problem).startswith(f"{place}: ")
    assert told in str(problem)
    assert [offer.name for offer in providers.offers] == ["faults"]


async def test_the_same_code_as_that_of_the_actions_is_found(made: Make, tmp_path: Path) -> None:
    (tmp_path / "actions").mkdir()
    (tmp_path / "actions" / "backend.py").write_text("def answer(): return {'a': 'b'}", encoding="utf-8")
    providers = made(
        crm="from ..actions import backend\n@provider(title='x')\nasync def orders(about): return backend.answer()"
    )
    assert await answer(providers) == (("a", "b"),)


async def test_check_tells_of_a_provider_that_cannot_be_loaded(made: Make, tmp_path: Path) -> None:
    made(crm="@provider(title='x')\ndef orders(about): pass")
    for path in NORDNETZ.rglob("*"):
        name = path.relative_to(NORDNETZ)
        if path.is_file() and name.parts[0] != "context" and "__pycache__" not in name.parts:
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_bytes(path.read_bytes())
    checked = check_folder(tmp_path)
    (problem,) = checked.problems
    assert (problem.file, problem.line, problem.code, problem.severity) == ("context/crm.py", 3, "D21", "error")
    assert checked.rules is None
    (tmp_path / "context" / "crm.py").unlink()
    assert check_folder(tmp_path).problems == ()


async def test_the_example_shows_orders_and_faults_of_a_customer() -> None:
    providers = LocalProviders(NORDNETZ)
    assert providers.problems == []
    eva = {"name": "Eva", "line": "L-77", "contract": "10000001", "phone": ""}
    orders, faults = [await providers.ask(name, about(customer=eva)) for name in ("orders", "faults")]
    assert [spoken(name, "uk") for name, _ in orders] == ["A-12345", "Термін"]
    assert [(spoken(name, "de"), spoken(value, "de")) for name, value in faults] == [
        ("Anschluss", "L-77"),
        ("Störung", "F-1001"),
        ("behoben in", "2 Stunden"),
    ]
    asked = await providers.ask("orders", about(number="A-55555"))
    assert spoken(asked[0][1], "en") == "router shipped"
    assert await providers.ask("faults", about()) == ()
    await providers.close()


async def test_rows_that_are_made_while_they_are_read_are_read_beside_the_service(made: Make) -> None:
    """A generator does its work when somebody asks for the next row: whatever that is, no chat waits for it."""
    providers = made(
        crm="""
        import threading

        @provider(title="Orders")
        async def orders(about: About):
            def rows():
                while True:
                    yield "read in", threading.current_thread().name
            return rows()
        """
    )
    assert await answer(providers) == (("read in", "context"),) * MAX_ROWS


async def test_words_in_more_languages_than_there_are_is_refused(made: Make) -> None:
    providers = made(
        crm="""
        @provider(title="Orders")
        async def orders(about: About):
            return [("status", {f"{number}": "x" for number in range(100_000)})]
        """
    )
    with pytest.raises(ContextError, match="languages"):
        await answer(providers)
