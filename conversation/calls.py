"""What a colleague is wanted for in a chat: kept with the conversation until they have done something there."""

from typing import Literal, TypeAlias

from conversation.value import Value

CallKind: TypeAlias = Literal["mention", "consult", "transfer", "callback"]


class Call(Value, frozen=True, kw_only=True):
    """``operator``: who is wanted; ``by``: the colleague's name; ``seq``: the message that says so."""

    kind: CallKind
    operator: str
    by: str = ""
    text: str = ""
    seq: int
