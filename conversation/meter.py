"""What the engine and the store tell about themselves while they work: numbers and kinds, never ids or words."""

from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from typing import Final, Protocol

from conversation.events import Event
from conversation.state import Phase


class Meter(Protocol):
    """Counts what happens. Called on the event loop, in the middle of the work: each call takes well under a microsecond."""

    def turn(self, event: Event, before: Phase, after: Phase, at: datetime) -> None:
        """A turn was saved ``at``; the phases are those of its conversation."""
        ...

    def step(self, seconds: float) -> None:
        """The pure step took this long."""
        ...

    def rejected(self) -> None:
        """An event was put aside that no turn can handle."""
        ...

    def sent(self, channel: str, outcome: str, seconds: float) -> None:
        """A message was settled (``sent``, ``failed``, ``ambiguous``), so long after it was said."""
        ...

    def understood(self, seconds: float, *, known: bool) -> None:
        """``known``: an intent was found."""
        ...

    def layer(self, layer: str, outcome: str, seconds: float) -> None:
        """What came of asking a language layer: ``answered``, or why it has no say (``slow``, ``down``, ``resting``)."""
        ...

    def layer_rests(self, layer: str, *, rests: bool) -> None:
        """It is left alone for a while; or it answers again."""
        ...

    def written(self, writes: int, seconds: float) -> None:
        """So many writes share a commit that took this long."""
        ...

    def not_written(self) -> None:
        """The database refused a commit."""
        ...


class NoMeter:
    """A ``Meter`` that nobody reads."""

    def turn(self, event: Event, before: Phase, after: Phase, at: datetime) -> None:  # noqa: ARG002 - the port's
        return

    def step(self, seconds: float) -> None:  # noqa: ARG002 - the port's
        return

    def rejected(self) -> None:
        return

    def sent(self, channel: str, outcome: str, seconds: float) -> None:  # noqa: ARG002 - the port's
        return

    def understood(self, seconds: float, *, known: bool) -> None:  # noqa: ARG002 - the port's
        return

    def layer(self, layer: str, outcome: str, seconds: float) -> None:  # noqa: ARG002 - the port's
        return

    def layer_rests(self, layer: str, *, rests: bool) -> None:  # noqa: ARG002 - the port's
        return

    def written(self, writes: int, seconds: float) -> None:  # noqa: ARG002 - the port's
        return

    def not_written(self) -> None:
        return


class Tracer(Protocol):
    """Spans: how long each part of the work took, and what was inside of what."""

    def span(self, name: str, *, chat: str = "", conversation: str = "") -> AbstractContextManager[object]:
        """``name`` is one of a few words of ours; ids are the only thing that is told of the content."""
        ...


_NOTHING: Final = nullcontext()


class NoTracer:
    """A ``Tracer`` that costs nothing."""

    def span(self, name: str, *, chat: str = "", conversation: str = "") -> AbstractContextManager[object]:  # noqa: ARG002 - the port's
        return _NOTHING


NO_METER: Final = NoMeter()
NO_TRACER: Final = NoTracer()
