"""What happened so far in a few sentences, in four languages: nothing in them that is not written down."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversation.callback import Callback
from conversation.content import Button, Prompt, Text
from conversation.message import Author, Message
from conversation.reasons import Mood, MoodKind, Ran, Reason
from conversation.run import Run
from conversation.state import Conversation
from engine.summary import LONGEST, MOST, summary_of
from tests.support.bots import MONDAY, fresh, nordnetz

LANGUAGES: Final = ("de", "en", "ru", "uk")
EVA: Final = {"name": "Eva", "line": "L-77", "contract": "10000001", "phone": "+49 30 1"}
REASON: Final = Reason(intent="report_outage", score=0.9, text="mein Netz ist weg", at=MONDAY)


def message(seq: int, author: Author, text: str, origin: str = "", name: str = "", *buttons: str) -> Message:
    content: Text | Prompt = (
        Text(text=text)
        if author != "bot"
        else Prompt(text=text, buttons=tuple(Button(payload=each, label=each) for each in buttons))
    )
    return Message(id=f"m{seq}", seq=seq, author=author, at=MONDAY, content=content, origin=origin, name=name)


def notes(*what: tuple[str, str]) -> list[Message]:
    return [message(number, "system", "", origin, name) for number, (origin, name) in enumerate(what, 1)]


def state(**changes: Any) -> Conversation:
    return msgspec.structs.replace(fresh(), **changes)


def said(conversation: Conversation, messages: Sequence[Message] = (), language: str = "en") -> tuple[str, ...]:
    return summary_of(nordnetz(), conversation, list(messages), language, MONDAY)


def ran(name: str, how: Any, result: str = "") -> Ran:
    return Ran(name=name, request=name, state=how, result=result, at=MONDAY)


def mood(kind: MoodKind, *words: str) -> Mood:
    return Mood(kind=kind, words=words, at=MONDAY)


TABLE: Final = [
    (state(reason=REASON), [], {
        "de": "Anliegen: Störung („mein Netz ist weg“).",
        "en": "Wants: Report an outage (“mein Netz ist weg”).",
        "ru": "Вопрос: Нет интернета («mein Netz ist weg»).",
        "uk": "Питання: Немає інтернету («mein Netz ist weg»).",
    }),
    (state(), [message(1, "customer", "hi"), message(2, "customer", "my line is dead")], {
        "de": "Erste Worte: „my line is dead“.",
        "en": "First words: “my line is dead”.",
        "ru": "Первые слова: «my line is dead».",
        "uk": "Перші слова: «my line is dead».",
    }),
    (state(variables={"customer": EVA}), [], {
        "de": "Als Kunde erkannt: Eva, L-77, 10000001.",
        "en": "Identified as: Eva, L-77, 10000001.",
        "ru": "Клиент опознан: Eva, L-77, 10000001.",
        "uk": "Клієнта впізнано: Eva, L-77, 10000001.",
    }),
    (state(ran=(ran("check_outage", "done", "hours: 2"), ran("find_order", "waiting"))), [], {
        "de": "Aus dem System: check outage (hours: 2).",
        "en": "From the back-end: check outage (hours: 2).",
        "ru": "Из системы: check outage (hours: 2).",
        "uk": "Із системи: check outage (hours: 2).",
    }),
    (state(ran=(ran("change_address", "failed"),)), [], {
        "de": "Nicht gelungen: change address.",
        "en": "Did not work: change address.",
        "ru": "Не удалось: change address.",
        "uk": "Не вдалося: change address.",
    }),
    (state(run=Run(lost_at=(("a", "b"), ("a", "c")))), [], {
        "de": "An 2 Stellen verstand der Bot die Antwort nicht.",
        "en": "In 2 places the bot did not understand the answer.",
        "ru": "Бот не понял ответ в 2 местах.",
        "uk": "Бот не зрозумів відповіді в 2 місцях.",
    }),
    (state(mood=mood("anger", "Frechheit", "!!!")), [], {
        "de": "Der Kunde klingt verärgert: „Frechheit, !!!“.",
        "en": "The customer sounds angry: “Frechheit, !!!”.",
        "ru": "Клиент раздражён: «Frechheit, !!!».",
        "uk": "Клієнт роздратований: «Frechheit, !!!».",
    }),
    (state(mood=mood("urgency", "sofort")), [], {
        "de": "Es eilt: „sofort“.",
        "en": "It is urgent: “sofort”.",
        "ru": "Дело срочное: «sofort».",
        "uk": "Справа термінова: «sofort».",
    }),
    (state(), notes(("parked", "support"), ("claimed", "Olga"), ("transferred", "Olga"), ("assigned", "Ivan")), {
        "de": "Bisher sprachen mit dem Kunden: Olga, Ivan.",
        "en": "The customer has talked with: Olga, Ivan.",
        "ru": "С клиентом уже говорили: Olga, Ivan.",
        "uk": "З клієнтом уже говорили: Olga, Ivan.",
    }),
    (state(), notes(("parked", "a"), ("wait_expired", ""), ("parked", "a"), ("left_queue", "")), {
        "de": "2-mal vergeblich gewartet.",
        "en": "Waited in vain 2 times.",
        "ru": "Ожидание впустую: 2 раза.",
        "uk": "Марне очікування: 2 рази.",
    }),
    (state(), [message(1, "operator", "I call back by noon", name="Olga")], {
        "de": "Olga schrieb zuletzt: „I call back by noon“.",
        "en": "Olga wrote last: “I call back by noon”.",
        "ru": "Olga, последнее сообщение: «I call back by noon».",
        "uk": "Olga, останнє повідомлення: «I call back by noon».",
    }),
    (state(), [message(1, "bot", "It works again in 2 hours.", "support/outage_eta"), message(2, "bot", "More?", "s/m"),
               message(3, "bot", "What else", "s/menu", "", "x"), message(4, "bot", "Sorry", "_product/not_understood"),
               message(5, "system", "", "parked"), message(6, "bot", "You are first.", "support/late")], {
        "de": "Der Bot antwortete zuletzt: „It works again in 2 hours“.",
        "en": "The bot's last answer: “It works again in 2 hours”.",
        "ru": "Последний ответ бота: «It works again in 2 hours».",
        "uk": "Остання відповідь бота: «It works again in 2 hours».",
    }),
    (state(callback=Callback(id="c", team="support", begin=datetime(2026, 11, 3, 13, 30, tzinfo=UTC), phone="+4930")), [], {
        "de": "Rückruf vereinbart: Di., 03.11.2026, 14:30, +4930.",
        "en": "Call-back agreed: Tue, 3 Nov 2026, 14:30, +4930.",
        "ru": "Договорились о звонке: вт, 03.11.2026, 14:30, +4930.",
        "uk": "Домовилися про дзвінок: вт, 03.11.2026, 14:30, +4930.",
    }),
]  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("row", range(len(TABLE)))
def test_what_is_written_down_is_a_sentence_in_the_operators_language(row: int, language: str) -> None:
    conversation, messages, expected = TABLE[row]
    assert said(conversation, messages, language) == (expected[language],)


def test_of_nothing_nothing_is_said() -> None:
    assert said(state()) == ()


def test_an_earlier_conversation_of_the_chat_is_not_summed_up() -> None:
    assert said(state(begins=2), [message(1, "customer", "old"), message(2, "operator", "old", name="Olga")]) == ()


def test_what_is_said_to_a_person_is_not_why_the_customer_came() -> None:
    messages = [
        message(1, "customer", "a person"),
        message(2, "bot", "I am connecting you.", "support/handover"),
        message(3, "system", "", "parked"),
        message(4, "customer", "When does the technician come?"),
    ]
    assert said(state(), messages) == ("First words: “a person”.",)


def test_a_label_is_not_quoted_beside_itself() -> None:
    pressed = msgspec.structs.replace(REASON, text="Report an outage")
    assert said(state(reason=pressed)) == ("Wants: Report an outage.",)


def everything() -> tuple[Conversation, list[Message]]:
    conversation = state(
        reason=REASON,
        variables={"customer": EVA},
        ran=(ran("check_outage", "done", "hours: 2"), ran("change_address", "failed")),
        run=Run(lost_at=(("a", "b"),)),
        mood=mood("anger", "Frechheit"),
        callback=Callback(id="c", team="support", begin=MONDAY),
    )
    messages = [*notes(("claimed", "A"), ("wait_expired", ""), ("claimed", "B")), message(4, "operator", "x", name="B")]
    return conversation, messages


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_at_most_six_sentences_and_the_weightiest_stay_in_their_order(language: str) -> None:
    found = said(*everything(), language)
    assert len(found) == MOST
    assert said(*everything(), language) == found
    english = said(*everything())
    assert [each.partition(":")[0] for each in english] == [
        "Wants",
        "Identified as",
        "Did not work",
        "The customer sounds angry",
        "B wrote last",
        "Call-back agreed",
    ]


@given(st.text(max_size=400), st.text(max_size=400))
def test_long_or_strange_words_stay_short_and_are_no_templates(text: str, name: str) -> None:
    conversation = state(reason=msgspec.structs.replace(REASON, text=text), mood=mood("anger", text))
    found = said(conversation, [message(1, "operator", f"{{{{ 7 * 7 }}}}{text}", name=name[:40])])
    assert all(len(each) < LONGEST + 120 for each in found)
    assert not any("49" in each and "49" not in text + name for each in found)


def test_a_language_that_lotse_does_not_have_is_answered_in_the_bots_or_english() -> None:
    assert said(state(mood=mood("urgency", "vite")), language="fr")[0] in ("Es eilt: „vite“.", "It is urgent: “vite”.")
