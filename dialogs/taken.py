"""The ways that a walk took, for those who ask afterwards: coverage, replay, the simulator."""

from conversation.value import Value


class Taken(Value, frozen=True, kw_only=True):
    """One move. ``dialog`` and ``step`` are empty before the first message.

    ``why``: ``go``, ``route.2`` (the second line), ``option.notify``, ``failed``, ``misses``, ``silence``, ``busy``,
    ``late`` (of a ``wait`` for an event), ``cancelled``, ``random.a``; ``needs`` and ``call`` into another dialog, ``filled``
    back from it, ``returned`` to a question that waited or was left; ``intent.x`` and ``command.x`` from anywhere; ``start``,
    ``back``, ``button`` (an earlier menu), ``lost``, ``sent`` (by an operator).
    """

    dialog: str
    step: str
    why: str
    to_dialog: str
    to_step: str
