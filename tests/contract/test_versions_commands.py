"""``lotse publish``, ``versions``, ``rollback``, ``promote``, ``diff``, ``replay``, as an editor types them."""

import asyncio
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.cli import app
from app.publishing import before_live
from conversation.bundles import Pointer
from store.migrate import SchemaError
from store.sql import SqlStore
from tests.support.connector_surroundings import TurnedClock
from tests.support.editions import editions_of
from tests.support.edits import edit
from tests.support.engines import BOT, Process, Sends
from tests.support.storing import make_old

Lotse = Callable[..., Result]


@pytest.fixture
def bot(tmp_path: Path) -> Path:
    return Path(shutil.copytree(BOT, tmp_path / "bot"))


@pytest.fixture
def lotse(tmp_path: Path, bot: Path) -> Lotse:
    """The command line in a folder of its own. A plain function: it starts event loops itself."""
    settings = {"LOTSE_VAR": str(tmp_path / "var"), "LOTSE_BOT": str(bot)}

    def run(*words: str, said: str = "") -> Result:
        return CliRunner().invoke(app, words, env=settings, terminal_width=200, input=said)

    return run


def reword(bot: Path, words: str) -> None:
    path = bot / "locales/en/count.yaml"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(f'  hello: {{text: "{words}"}}' if "hello:" in line else line for line in lines), "utf-8")


def pointers(tmp_path: Path) -> dict[str, Pointer]:
    async def look() -> dict[str, Pointer]:
        store = await SqlStore.open(f"sqlite:///{tmp_path}/var/lotse.db")
        try:
            return {str(name): pointer for name, pointer in (await store.bundles.pointers()).items()}
        finally:
            await store.close()

    return asyncio.run(look())


def talk(tmp_path: Path, bot: Path, *texts: str, customers: int = 1) -> None:
    """Customers who said this to what is live."""

    async def say() -> None:
        store, clock = await SqlStore.open(f"sqlite:///{tmp_path}/var/lotse.db"), TurnedClock()
        editions = editions_of(bot, store, clock)
        await editions.begin()
        process = Process(store, clock, Sends(), editions=editions)
        for customer in range(customers):
            for number, text in enumerate(texts):
                clock.moment += timedelta(seconds=30)
                await process.receive(f"{customer}-{number}", f"c{customer}", text)
        await process.settled()
        await process.engine.stop()
        await store.close()

    asyncio.run(say())


def test_published_it_is_live_and_listed_with_who_when_and_what(lotse: Lotse, tmp_path: Path) -> None:
    done = lotse("publish", "--yes", "-m", "the first one", "--author", "ann")
    assert (done.exit_code, "is live for all" in done.output) == (0, True), done.output
    live = pointers(tmp_path)["live"].bundle
    listed = lotse("versions").output
    line = next(line for line in listed.splitlines() if live in line)
    assert line.split()[:2] == ["live", live]
    assert "ann" in line
    assert "the first one" in line


def test_nothing_is_kept_before_anything_was_published(lotse: Lotse) -> None:
    assert "nothing is kept yet" in lotse("versions").output


@pytest.mark.parametrize("words", [("versions",), ("diff",), ("replay",)])
def test_who_only_looks_makes_no_database_and_changes_no_table(
    lotse: Lotse, tmp_path: Path, words: tuple[str, ...]
) -> None:
    database = tmp_path / "var" / "lotse.db"
    lotse(*words)
    assert not database.exists()
    assert lotse("publish", "--yes", "-m", "first").exit_code == 0
    make_old(database)
    refused = lotse(*words)
    assert isinstance(refused.exception, SchemaError)
    assert "lotse migrate" in str(refused.exception)
    assert lotse("migrate", "--check").exit_code == 1, "the tables are still old"


def test_who_is_asked_and_says_no_publishes_nothing(lotse: Lotse, tmp_path: Path) -> None:
    done = lotse("publish", "-m", "x", said="n\n")
    assert done.exit_code == 1
    assert pointers(tmp_path) == {}
    assert lotse("publish", "-m", "x", said="y\n").exit_code == 0
    assert "live" in pointers(tmp_path)


def test_a_message_must_say_what_is_new(lotse: Lotse, tmp_path: Path) -> None:
    assert lotse("publish", "--yes").exit_code == 2
    assert not (tmp_path / "var" / "lotse.db").exists()


def test_a_broken_folder_is_not_published_and_every_problem_is_named(lotse: Lotse, bot: Path, tmp_path: Path) -> None:
    lotse("publish", "--yes", "-m", "good")
    before = pointers(tmp_path)
    edit(bot / "dialogs/count.yaml", "go: nap}", "go: nowhere}")
    done = lotse("publish", "--yes", "-m", "broken")
    assert done.exit_code == 1
    assert "nowhere" in done.output
    assert "dialogs/count.yaml:" in done.output
    assert pointers(tmp_path) == before


def test_a_transcript_that_goes_another_way_must_be_accepted(lotse: Lotse, bot: Path, tmp_path: Path) -> None:
    (bot / "tests").mkdir(exist_ok=True)
    text = "Test: greets\nLanguage: en\n\nUser: hi\nBot [goodbye]\n"
    (bot / "tests" / "greets.chat").write_text(text, encoding="utf-8")
    refused = lotse("publish", "--yes", "-m", "x")
    assert refused.exit_code == 1
    assert "warning: tests/greets.chat:5" in refused.output
    assert pointers(tmp_path) == {}
    assert lotse("publish", "--yes", "-m", "x", "--accept-warnings").exit_code == 0


def test_what_is_live_already_is_not_published_twice(lotse: Lotse) -> None:
    lotse("publish", "--yes", "-m", "x")
    assert "is live already" in lotse("publish", "--yes", "-m", "x").output


def test_before_publishing_it_says_who_follows_and_who_stays_where(lotse: Lotse, bot: Path, tmp_path: Path) -> None:
    lotse("publish", "--yes", "-m", "first")
    talk(tmp_path, bot, "hi", "one", customers=3)
    reword(bot, "Good day.")
    assert "only words change: all 3 running conversations" in lotse("publish", "--yes", "-m", "words").output
    edit(bot / "dialogs/count.yaml", "ask: text\n    save: words", "ask: number\n    save: words")
    edit(bot / "dialogs/count.yaml", "'nap' in words", "words > 9")
    edit(bot / "dialogs/count.yaml", "words: \"'nothing'\"", 'words: "0"')
    told = lotse("publish", "-m", "numbers", said="n\n").output
    assert "3 stay on their version for now" in told
    assert "3  at count/listen: it asks for number now and asked for text" in told


def test_who_is_on_the_version_already_is_told_apart(lotse: Lotse, bot: Path, tmp_path: Path) -> None:
    talk(tmp_path, bot, "hi", "one", customers=2)
    told = lotse("publish", "--yes", "-m", "as it ran from the folder").output
    assert "2 running conversations are on this version already: nothing changes there" in told
    assert "only words change" not in told
    assert "no conversation is running" not in told


def test_rollback_goes_to_the_version_before_and_back(lotse: Lotse, bot: Path, tmp_path: Path) -> None:
    found = []
    for words in ("One.", "Two.", "Three."):
        reword(bot, words)
        lotse("publish", "--yes", "-m", f"says {words}")
        found.append(pointers(tmp_path)["live"].bundle)
    done = lotse("rollback")
    assert (done.exit_code, pointers(tmp_path)["live"].bundle) == (0, found[1]), done.output
    assert lotse("rollback", found[0][:6]).exit_code == 0
    assert pointers(tmp_path)["live"].bundle == found[0]
    unknown = lotse("rollback", "ffffffffffff")
    assert unknown.exit_code == 1
    assert pointers(tmp_path)["live"].bundle == found[0]
    assert "[rollback] says One." in lotse("versions").output


def test_rollback_twice_goes_further_back_and_never_to_what_was_taken_back(
    lotse: Lotse, bot: Path, tmp_path: Path
) -> None:
    found = []
    for words in ("One.", "Two.", "Three."):
        reword(bot, words)
        lotse("publish", "--yes", "-m", f"says {words}")
        found.append(pointers(tmp_path)["live"].bundle)
    assert [lotse("rollback").exit_code for _ in range(2)] == [0, 0]
    assert pointers(tmp_path)["live"].bundle == found[0]
    assert lotse("rollback").exit_code == 1
    assert pointers(tmp_path)["live"].bundle == found[0]
    lotse("publish", "--yes", "-m", "says Three. after all")
    assert lotse("rollback").exit_code == 0
    assert pointers(tmp_path)["live"].bundle == found[0]


def test_rollback_with_nothing_to_go_back_to_says_so(lotse: Lotse) -> None:
    assert lotse("rollback").exit_code == 1
    lotse("publish", "--yes", "-m", "x")
    assert lotse("rollback").exit_code == 1


def test_a_canary_is_begun_promoted_and_ended(lotse: Lotse, bot: Path, tmp_path: Path) -> None:
    assert lotse("publish", "--yes", "-m", "x", "--canary", "10").exit_code == 1, "the others need a version too"
    lotse("publish", "--yes", "-m", "first")
    first = pointers(tmp_path)["live"].bundle
    reword(bot, "Try me.")
    assert lotse("publish", "--yes", "-m", "trial", "--canary", "10").exit_code == 0
    now = pointers(tmp_path)
    assert (now["live"].bundle, now["canary"].share) == (first, 10)
    assert "canary 10 %" in lotse("versions").output
    assert "the canary has ended" in lotse("rollback").output
    left = pointers(tmp_path)
    assert (list(left), left["live"].bundle) == (["live"], first), (
        "a canary is taken back first: the live version stays"
    )
    assert lotse("publish", "--yes", "-m", "trial", "--canary", "10").exit_code == 0
    assert lotse("publish", "--canary", "0").exit_code == 0
    assert list(pointers(tmp_path)) == ["live"]
    assert lotse("promote").exit_code == 1
    lotse("publish", "--yes", "-m", "trial", "--canary", "50")
    assert lotse("promote").exit_code == 0
    now = pointers(tmp_path)
    assert list(now) == ["live"]
    assert now["live"].bundle != first


def test_diff_says_in_words_what_is_different(lotse: Lotse, bot: Path) -> None:
    lotse("publish", "--yes", "-m", "first")
    assert "no differences" in lotse("diff").output
    reword(bot, "Good day.")
    edit(bot / "dialogs/count.yaml", "  back: {say: back, go: listen}", "  back: {say: back, go: over}")
    told = lotse("diff").output
    assert "count/back\n    goes on to over, was listen" in told
    assert "en\n    count/hello: “Good day.”, was “I count.”" in told
    lotse("publish", "--yes", "-m", "second")
    assert "no differences" in lotse("diff", "live").output
    assert lotse("diff", "nothing-like-it").exit_code == 1


def test_replay_says_where_paths_part_and_names_nobody(lotse: Lotse, bot: Path, tmp_path: Path) -> None:
    lotse("publish", "--yes", "-m", "first")
    talk(tmp_path, bot, "hi", "one", "nap", customers=2)
    same = lotse("replay", "--last", "5").output
    assert "2 conversations, 6 inputs: 2 go the same way" in same
    edit(bot / "dialogs/count.yaml", "'nap' in words", "'map' in words")
    told = lotse("replay").output
    assert "0 go the same way" in told
    assert "2  part at count/listen" in told
    assert lotse("replay", "--old", "nothing-like-it").exit_code == 1


def test_the_version_before_is_the_last_that_was_live_and_is_kept() -> None:
    assert before_live([], "a", []) == ""


def test_a_warning_of_the_checks_wants_to_be_accepted(lotse: Lotse, bot: Path, tmp_path: Path) -> None:
    path = bot / "locales/en/count.yaml"
    path.write_text(f'{path.read_text(encoding="utf-8")}  nobody_says_this: {{text: "Left over."}}\n', encoding="utf-8")
    refused = lotse("publish", "--yes", "-m", "x")
    assert refused.exit_code == 1
    assert "warning: locales/en/count.yaml" in refused.output
    assert pointers(tmp_path) == {}
    assert lotse("publish", "--yes", "-m", "x", "--accept-warnings").exit_code == 0
