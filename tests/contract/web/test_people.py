"""What is kept about people while the service runs: who had whom, and whose customer it is."""

from datetime import timedelta

from tests.support.desks import claimed
from tests.support.service import Running


async def test_what_an_operator_had_is_written_down_when_it_is_over(lotse: Running) -> None:
    visitor, conversation, desk = await claimed(lotse)
    lotse.clock.turn(90)
    await desk.send("hand_back", id="back", conversation=conversation)
    await desk.until("done", id="back")
    await lotse.settle()
    now = lotse.clock.now()
    (found,) = await lotse.store.people.handled(now - timedelta(hours=1), now + timedelta(hours=1))
    assert (found.conversation, found.operator, found.outcome) == (conversation, "ada", "handed_back")
    assert (found.ended - found.began).total_seconds() == 90
    assert await lotse.store.people.mean_handle(found.team) == 90
    assert await lotse.store.people.last_operator(visitor.chat) == "ada"
