"""The back-ends at the simulator: the real ones, or what its user says they give."""

from app.rehearsal.samples import conditions, results
from conversation.effects import RunAction
from conversation.errors import ActionError
from conversation.ports import Actions
from conversation.records import ActionCall
from conversation.value import Data
from dialogs.model import Do
from engine.rules import Rules


class Backends:
    """A bot whose back-ends can't be had answers with samples, and says so."""

    def __init__(self, rules: Rules, actions: Actions | None, without: str = "") -> None:
        """``without``: why there are no ``actions``."""
        self._rules = rules
        self._stubs: dict[str, dict[str, Data] | None] = {}
        self._actions = actions
        self._without = without

    def stub(self, name: str, result: dict[str, Data] | None) -> None:
        """From now on; None = it fails."""
        self._stubs[name] = result

    def real(self, name: str) -> None:
        self._stubs.pop(name, None)

    def stubbed(self, name: str) -> bool:
        return name in self._stubs

    async def run(self, request: RunAction, language: str) -> tuple[dict[str, Data] | None, str]:
        """What the action gives, None if it fails, and where that comes from, in words."""
        if request.name in self._stubs:
            return self._stubs[request.name], "as you said"
        if self._actions is None:
            return self._sample(request.name), f"a sample: {self._without or 'there are no actions'}"
        call = ActionCall(
            name=request.name,
            arguments=request.arguments,
            key=request.request,
            limit=request.limit,
            chat="simulator",
            language=language,
        )
        try:
            return dict(await self._actions.run(call)), ""
        except ActionError as error:
            return None, str(error)

    def _sample(self, name: str) -> dict[str, Data]:
        bot = self._rules.bot
        steps = [step for dialog in bot.dialogs.values() for step in dialog.steps.values()]
        save = next((step.save for step in steps if isinstance(step.verb, Do) and step.verb.action == name), "")
        return results(bot.actions.get(name), save, conditions(bot), {})[0]
