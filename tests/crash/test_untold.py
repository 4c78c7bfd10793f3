"""A worker that ends between its commit and its news: pages that stay open show what was saved."""

from pathlib import Path

from tests.crash.campaign import Ground, Plan, places_of
from tests.crash.lives import Lives
from tests.crash.serve import Life
from tests.support.customers import Say, Visitor, at_work, until

CLUSTER = Plan(
    visitors=1, parked=0, served=0, telegram=0, each=1, naps=0, kills=0, seed=1, roles=("web", "worker", "worker")
)


async def test_answer_that_a_killed_worker_saved_and_did_not_tell_reaches_the_open_page(
    cluster: Ground, tmp_path: Path
) -> None:
    places = places_of(CLUSTER, cluster, tmp_path / "var", "")
    lives = Lives(places=places, log=tmp_path / "service.log", seed=1)
    visitor = Visitor(name="anna", url=f"http://127.0.0.1:{places[0].port}", script=[Say(text="hi")])
    await lives.start()
    try:
        await lives.begin(Life(), 0)
        await lives.begin(Life(point="saved", hits=1), 1)
        async with at_work(visitor):
            assert await lives.ended(1) < 0
            await lives.begin(Life(), 2)
            await until(lambda: [seen.text for seen in visitor.seen][-1:] == ["1 after nothing"], what="it is shown")
        assert visitor.faults == []
        assert await lives.stop() == 0
    finally:
        await lives.close()
