"""What was said at the simulator, as a transcript that passes when it is played."""

from datetime import datetime

from app.rehearsal.stage import Stage
from app.rehearsal.written import Script, data_text, heard
from app.transcript import NOTHING, Line, Stub
from conversation.understanding import Understanding
from conversation.value import Data
from dialogs.hearing.meaning import OWN_INTENT_BONUS
from dialogs.model import Thresholds


class Log:
    """Grows with the conversation. ``copy`` and put back: what was undone was never said."""

    def __init__(self, at: datetime, known: dict[str, Data]) -> None:
        """``at``: when the conversation began, local to the bot."""
        self.at = at
        self.known = known
        self.language = ""
        self.means: dict[str, str] = {}
        self.lines: tuple[Line, ...] = ()
        self._given: dict[str, dict[str, Data] | None] = {}
        self._above: tuple[Line, ...] = ()

    def copy(self) -> "Log":
        other = Log(self.at, self.known)
        other.__dict__.update(self.__dict__)
        other.means, other._given = dict(self.means), dict(self._given)
        return other

    def meant(self, text: str, found: Understanding, thresholds: Thresholds) -> None:
        """What the language model made of a text."""
        self.means[text] = meaning_text(found, thresholds)

    def done(self, line: Line, given: dict[str, dict[str, Data] | None], stage: Stage, since: int) -> None:
        """Somebody did something. ``given``: what back-ends answered to it; ``since``: the messages that there were before."""
        for action, result in given.items():
            if action not in self._given:
                self._above += (Stub(line=0, action=action, result=result),)
            elif self._given[action] != result:
                self.lines += (Stub(line=0, action=action, result=result),)
        self._given |= given
        self.lines += (line, *heard(stage, since))
        self.language = self.language or stage.state.language

    def script(self, title: str, channel: str) -> Script:
        return Script(
            title=title,
            language=self.language,
            channel=channel,
            time=self.at,
            known=self.known,
            means=self.means,
            lines=(*self._above, *self.lines),
        )


def meaning_text(found: Understanding, thresholds: Thresholds) -> str:
    """As ``Means:`` has it, and no more exact than it must be to count for the same."""
    best = [intent for intent in found.intents if intent.score >= thresholds.offer - OWN_INTENT_BONUS][:3]
    lead = best[0].score - best[1].score if len(best) > 1 else 1.0
    if best and best[0].score >= thresholds.accept and lead >= thresholds.margin + OWN_INTENT_BONUS:
        words = best[0].name
    else:
        words = ", ".join(f"{intent.name} {intent.score:.4f}" for intent in best) or NOTHING
    entities = {entity.name: entity.value for entity in found.entities}
    return f"{words} {data_text(entities) if entities else ''}".rstrip()
