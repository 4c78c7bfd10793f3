"""What the operator sees beside the chat: orders and open faults. See docs/context.md of Lotse."""

from datetime import UTC, datetime, timedelta

from actions.providers import About, provider

from ..actions import backend  # noqa: TID252  # the same back-end that its actions ask

Words = str | dict[str, str]

DUE = {"de": "Termin", "en": "Due", "ru": "Срок", "uk": "Термін"}
LINE = {"de": "Anschluss", "en": "Line", "ru": "Линия", "uk": "Лінія"}
FAULT = {"de": "Störung", "en": "Fault", "ru": "Сбой", "uk": "Збій"}
OVER = {"de": "behoben in", "en": "over in", "ru": "устранят за", "uk": "усунуть за"}
HOURS = {"de": "{} Stunden", "en": "{} hours", "ru": "{} ч", "uk": "{} год"}
OPEN = {"de": "noch unklar", "en": "not known yet", "ru": "пока неизвестно", "uk": "поки невідомо"}
NONE = {"de": "keine", "en": "none", "ru": "нет", "uk": "немає"}


@provider(title={"de": "Bestellungen", "en": "Orders", "ru": "Заказы", "uk": "Замовлення"}, limit=3)
async def orders(about: About) -> list[tuple[Words, Words]]:
    """Those of the customer, or while nobody knows who it is, the one they asked about."""
    customer = about.variables.get("customer")
    number = about.variables.get("number")
    if customer:
        found = backend.orders_of(customer["contract"])
    else:
        order = backend.find_order(number) if isinstance(number, str) else None
        found = {str(number): order} if order else {}
    rows: list[tuple[Words, Words]] = []
    for name, order in found.items():
        rows.append((name, order["state"]))
        due = datetime.now(UTC) + timedelta(days=order["in_days"])  # noqa: TID251  # a company's own code
        rows.append((DUE, str(due.date())))
    return rows


@provider(title={"de": "Offene Störungen", "en": "Open faults", "ru": "Открытые сбои", "uk": "Відкриті збої"}, limit=3)
async def faults(about: About) -> list[tuple[Words, Words]]:
    customer = about.variables.get("customer")
    if not customer:
        return []
    fault = backend.find_fault(customer["line"])
    if fault is None:
        return [(LINE, customer["line"]), (FAULT, NONE)]
    hours = fault["hours"]
    lasts = {language: text.format(hours) for language, text in HOURS.items()} if hours else OPEN
    return [(LINE, customer["line"]), (FAULT, fault["id"]), (OVER, lasts)]
