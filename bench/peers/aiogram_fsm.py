"""The five-step form of ``bench/bot`` on bare aiogram: web hook, states in memory, nothing kept on disk."""

import os
import sys

import uvloop
from aiogram import Bot, Dispatcher, F, Router
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.fsm.storage.memory import MemoryStorage
from aiogram.types import Message
from aiogram.webhook.aiohttp_server import SimpleRequestHandler, setup_application
from aiohttp import web

SECRET = "peer-secret"
router = Router()


class Form(StatesGroup):
    name = State()
    city = State()
    product = State()
    phone = State()
    remark = State()


@router.message(Form.name, F.text)
async def name(message: Message, state: FSMContext) -> None:
    await state.update_data(name=message.text)
    await state.set_state(Form.city)
    await message.answer("Which city do you live in?")


@router.message(Form.city, F.text)
async def city(message: Message, state: FSMContext) -> None:
    await state.update_data(city=message.text)
    await state.set_state(Form.product)
    await message.answer("Which product is it about?")


@router.message(Form.product, F.text)
async def product(message: Message, state: FSMContext) -> None:
    await state.update_data(product=message.text)
    await state.set_state(Form.phone)
    await message.answer("Which number can we call?")


@router.message(Form.phone, F.text)
async def phone(message: Message, state: FSMContext) -> None:
    await state.update_data(phone=message.text)
    await state.set_state(Form.remark)
    await message.answer("Anything else we should know?")


@router.message(Form.remark, F.text)
async def remark(message: Message, state: FSMContext) -> None:
    found = await state.update_data(remark=message.text)
    await state.clear()
    await message.answer(
        f"Thank you, {found['name']} from {found['city']}: {found['product']}, {found['phone']}, {found['remark']}."
    )


@router.message()
async def begin(message: Message, state: FSMContext) -> None:
    await state.set_state(Form.name)
    await message.answer("What is your name?")


def main(port: int, api: str, token: str) -> None:
    bot = Bot(token=token, session=AiohttpSession(api=TelegramAPIServer.from_base(api)))
    dispatcher = Dispatcher(storage=MemoryStorage())
    dispatcher.include_router(router)

    async def announce() -> None:
        await bot.set_webhook(f"http://127.0.0.1:{port}/hook", secret_token=SECRET)

    dispatcher.startup.register(announce)
    app = web.Application()
    SimpleRequestHandler(dispatcher=dispatcher, bot=bot, secret_token=SECRET).register(app, path="/hook")
    setup_application(app, dispatcher, bot=bot)
    web.run_app(app, host="127.0.0.1", port=port, access_log=None, print=None, loop=uvloop.new_event_loop())


if __name__ == "__main__":
    main(int(sys.argv[1]), os.environ["BOT_API"], os.environ["BOT_TOKEN"])
