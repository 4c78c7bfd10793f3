"""A call-back that was agreed with a customer."""

from datetime import datetime

from conversation.value import Value


class Callback(Value, frozen=True, kw_only=True):
    """Somebody of ``team`` gets back to the customer at ``begin`` (UTC), by ``phone`` or, where that is empty, in the chat.

    ``zone``: the customer's IANA time zone, in which the time is said to them. ``operator``: who planned it, and would rather do it.
    """

    id: str
    team: str
    begin: datetime
    zone: str = ""
    phone: str = ""
    topic: str = ""
    operator: str = ""


class Plan(Value, frozen=True, kw_only=True):
    """What is agreed with a customer from now on; ``callback`` None: nothing any more, it was called off."""

    callback: Callback | None = None
