"""What docs/write-a-dialog.md lets a newcomer do, step by step: so that its words and pictures are true."""

import re

from app.exchange.bot_texts import BotTexts
from app.exchange.export import export
from app.exchange.po import read
from app.exchange.take import take
from app.starter.new import new_bot
from tests.support.repository import ROOT

PAGE = ROOT / "docs/write-a-dialog.md"
TITLE = "Radhaus"
OPTION = "      repair: repair\n"
STEPS = """\
  # --- a repair
  repair: {ask: date, save: day, check: {from: today, to: today + 30d}, go: repair_done}
  repair_done: {say: repair_done, go: anything_else}
"""
LABEL = "repair: Repair, "
TEXTS = """\
  repair: When will you bring your bicycle?
  repair_done: Fine, we expect you on {{ day | date }}.
"""
TRANSLATED = {
    "de": ("Reparatur", "Wann bringen Sie Ihr Rad?", "Gut, wir erwarten Sie am {{ day | date }}."),
    "ru": ("Ремонт", "Когда вы привезёте велосипед?", "Хорошо, ждём вас {{ day | date }}."),
    "uk": ("Ремонт", "Коли ви привезете велосипед?", "Добре, чекаємо на вас {{ day | date }}."),
}
_CONTEXTS = ("main/menu/options/repair", "main/repair", "main/repair_done")


def begun() -> dict[str, bytes]:
    """After `lotse new`."""
    return new_bot("mybot", ("en", "de", "ru", "uk"), TITLE)


def with_step(files: dict[str, bytes]) -> dict[str, bytes]:
    """After the new steps and their English texts."""
    dialog, texts = files["dialogs/main.yaml"].decode(), files["locales/en/main.yaml"].decode()
    dialog = _before(dialog, "      person: person\n", OPTION)
    dialog = _before(dialog, "  # --- a person, in working hours\n", STEPS)
    texts = _before(texts, 'person: "A person"', LABEL)
    texts = _before(texts, "  handover:", TEXTS)
    return files | {"dialogs/main.yaml": dialog.encode(), "locales/en/main.yaml": texts.encode()}


def translation(files: dict[str, bytes], language: str) -> bytes:
    """The PO file as the translator sends it back."""
    po = export(BotTexts(files), language).decode()
    for context, words in zip(_CONTEXTS, TRANSLATED[language], strict=True):
        entry = re.compile(rf'(msgctxt "{re.escape(context)}"\nmsgid ".*"\nmsgstr )""\n')
        found = entry.search(po)
        assert found, context
        po = po.replace(found[0], f'{found[1]}"{words}"\n')
    return po.encode()


def translated(files: dict[str, bytes]) -> dict[str, bytes]:
    """After all three languages were imported."""
    for language in TRANSLATED:
        po = read(f"{language}.po", translation(files, language))
        files = files | take(BotTexts(files), po, f"{language}.po").files
    return files


def _before(text: str, mark: str, new: str) -> str:
    assert text.count(mark) == 1, mark
    return text.replace(mark, new + mark)
