"""The five-step form of ``bench/bot`` on Bot Framework for Python: a waterfall, states in memory, nothing kept on disk.

It runs in an environment of its own: ``python server.py PORT``. Answers stand in the response (``expectReplies``).
"""

import sys
from collections.abc import Awaitable, Callable

import uvloop
from aiohttp import web
from botbuilder.core import (
    BotFrameworkAdapter,
    BotFrameworkAdapterSettings,
    ConversationState,
    MemoryStorage,
    MessageFactory,
    TurnContext,
)
from botbuilder.dialogs import DialogSet, DialogTurnResult, DialogTurnStatus, WaterfallDialog, WaterfallStepContext
from botbuilder.dialogs.prompts import PromptOptions, TextPrompt
from botbuilder.schema import Activity

QUESTIONS = (
    ("name", "What is your name?"),
    ("city", "Which city do you live in?"),
    ("product", "Which product is it about?"),
    ("phone", "Which number can we call?"),
    ("remark", "Anything else we should know?"),
)


def asking(place: int) -> Callable[[WaterfallStepContext], Awaitable[DialogTurnResult]]:
    """The step that keeps the answer to the question before, and asks the next; after the last one, the summary."""

    async def step(context: WaterfallStepContext) -> DialogTurnResult:
        if place:
            context.values[QUESTIONS[place - 1][0]] = context.result
        if place < len(QUESTIONS):
            return await context.prompt("text", PromptOptions(prompt=MessageFactory.text(QUESTIONS[place][1])))
        found = context.values
        await context.context.send_activity(
            f"Thank you, {found['name']} from {found['city']}: {found['product']}, {found['phone']}, {found['remark']}."
        )
        return await context.end_dialog()

    step.__name__ = f"step_{place}"
    return step


def main(port: int) -> None:
    adapter = BotFrameworkAdapter(BotFrameworkAdapterSettings("", ""))
    state = ConversationState(MemoryStorage())
    dialogs = DialogSet(state.create_property("dialogs"))
    dialogs.add(TextPrompt("text"))
    dialogs.add(WaterfallDialog("form", [asking(place) for place in range(len(QUESTIONS) + 1)]))

    async def turn(context: TurnContext) -> None:
        dialog = await dialogs.create_context(context)
        if (await dialog.continue_dialog()).status == DialogTurnStatus.Empty:
            await dialog.begin_dialog("form")
        await state.save_changes(context)

    async def messages(request: web.Request) -> web.Response:
        activity = Activity().deserialize(await request.json())
        reply = await adapter.process_activity(activity, request.headers.get("Authorization", ""), turn)
        return web.json_response(reply.body, status=reply.status) if reply else web.Response(status=201)

    app = web.Application()
    app.router.add_post("/api/messages", messages)
    web.run_app(app, host="127.0.0.1", port=port, access_log=None, print=None, loop=uvloop.new_event_loop())


if __name__ == "__main__":
    main(int(sys.argv[1]))
