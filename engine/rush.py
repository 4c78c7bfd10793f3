"""A customer who writes faster than anybody can answer: every text is kept, the bot answers the newest of them once there is quiet.

Pure: the pace is that of the events' own times. Only the bot holds back; a person sees all of it as it comes.
"""

from datetime import datetime, timedelta
from typing import Final

import msgspec

from conversation.events import CustomerPressed, CustomerSaid
from conversation.state import Rush
from engine.draft import CALM, SILENCE, Draft

RATE: Final = 5.0
"""Messages a second that are answered one by one, after BURST at once. The web chat's own limit is the same: it is met first."""
BURST: Final = 30.0
SLOW: Final = 20.0
"""At this level the customer has come down to a pace that can be followed, quiet or not."""
QUIET: Final = timedelta(seconds=2)
"""After it the timer ``calm`` answers what was held."""
_HAIR: Final = 0.01
"""Of a message: sums of times are not exact."""


def faster(rush: Rush, last: datetime | None, now: datetime) -> Rush:
    """With one more message, ``last`` being the time of the one before. Who comes to rest may begin anew."""
    level = _level(rush, last, now)
    return msgspec.structs.replace(rush, level=min(BURST, level) + 1, told=rush.told and level > 0)


def _level(rush: Rush, last: datetime | None, now: datetime) -> float:
    quiet = max(0.0, (now - last).total_seconds()) if last else 0.0
    return max(0.0, rush.level - quiet * RATE)


def held(draft: Draft, event: CustomerSaid | CustomerPressed) -> bool:
    """Whether the bot lets this message pass for now. What comes while one is held waits with it, so that none overtakes."""
    rush = draft.state.rush
    if rush.level <= BURST + _HAIR and CALM not in draft.state.timers:
        return False
    draft.cancel((SILENCE,))
    if not rush.told:
        draft.say("rush")
    draft.change(rush=msgspec.structs.replace(rush, told=True, held=event, message=draft.said))
    if CALM not in draft.state.timers:
        draft.set_timer(CALM, draft.now + QUIET)
    return True


def newest(draft: Draft) -> CustomerSaid | CustomerPressed | None:
    """What to answer now that the timer fired; None while the customer goes on."""
    rush, last = draft.state.rush, draft.state.last_customer_at
    if last is not None and draft.now < last + QUIET and _level(rush, last, draft.now) > SLOW:
        draft.set_timer(CALM, last + QUIET)
        return None
    draft.said = rush.message
    draft.change(rush=msgspec.structs.replace(rush, held=None, message=None))
    return rush.held
