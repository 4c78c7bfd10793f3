"""Texts go out as PO and come back: nothing is lost, nothing else is changed, what can't be said is refused."""

import io
import re
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from app.exchange.bot_texts import BotTexts
from app.exchange.export import export
from app.exchange.po import Message, Po, read, write
from app.exchange.take import PoError, Taken, take
from app.exchange.write_yaml import flow as flow_of
from conversation.errors import ContentError
from conversation.value import Data
from dialogs.problems import BotError
from dialogs.reading.source import read_source
from dialogs.reading.translations import lock_file
from tests.support.bots import nordnetz_files

SETTINGS = "title: Test\nlanguages: {source: de, all: [de, en, ru, uk]}\nchannels: [webchat, whatsapp]\n"
STEPS = """\
steps:
  menu: {choose: {a: eta, b: bye}}
  eta: {say: eta, count: n, go: bye}
  bye: {end: solved}
"""
DE = """\
de:
  greeting: [Hallo!, Guten Tag!]
  menu:
    text: Womit kann ich helfen?
    options: {a: Eins, b: Zwei}
    words: {a: [ein, eins]}
  eta:
    text:
      one: Noch {{ n }} Stunde.
      other: Noch {{ n }} Stunden.
  bye: Tschüss, {{ name }}!
"""
RU = """\
# Russian, by Olga
ru:
  greeting: "Здравствуйте!"    # one is enough
  menu:
    text: 'Чем помочь?'
    options: {a:  Один, b: Два}
  eta:
    text:
      one:  Ещё {{ n }} час.
      few:  Ещё {{ n }} часа.
      many: Ещё {{ n }} часов.
      other: Ещё {{ n }} часа!
  bye: Пока, {{ name }}!
"""


def files(**more: str) -> dict[str, bytes]:
    whole = {"bot.yaml": SETTINGS, "dialogs/main.yaml": STEPS, "locales/de/main.yaml": DE, "locales/ru/main.yaml": RU}
    return {name: text.encode() for name, text in (whole | more).items()}


def sent(bot: Mapping[str, bytes], language: str = "ru", **translations: str | tuple[str, ...]) -> bytes:
    """The exported file with some translations of another wording: a translator's work. ``__`` stands for ``/``."""
    po = read("x.po", export(BotTexts(bot), language))
    named = {f"main/{key.replace('__', '/')}": value for key, value in translations.items()}
    assert set(named) <= {message.context for message in po.messages}
    messages = [
        message_with(message, named[message.context]) if message.context in named else message
        for message in po.messages
    ]
    return write(Po(language=po.language, messages=tuple(messages)), "Test")


def message_with(message: Message, strings: str | tuple[str, ...]) -> Message:
    return Message(
        context=message.context,
        id=message.id,
        plural=message.plural,
        strings=(strings,) if isinstance(strings, str) else strings,
    )


def brought(bot: Mapping[str, bytes], po: bytes) -> Taken:
    return take(BotTexts(bot), read("x.po", po), "x.po")


def test_the_example_goes_out_and_comes_back_without_a_byte_changed() -> None:
    bot = nordnetz_files()
    for language in ("en", "ru", "uk"):
        taken = brought(bot, export(BotTexts(bot), language))
        assert [name for name in taken.files if name.endswith(".yaml")] == []
        assert (taken.changes, taken.left) == ((), ())
        assert taken.same > 70


def test_the_second_export_after_an_import_is_the_same() -> None:
    bot = files()
    again = bot | brought(bot, export(BotTexts(bot), "ru")).files
    assert export(BotTexts(again), "ru") == export(BotTexts(bot), "ru")
    assert brought(again, export(BotTexts(again), "ru")).files == {}


@pytest.mark.parametrize(
    ("translations", "old", "new"),
    [
        pytest.param({"bye": "До встречи, {{ name }}!"}, "bye: Пока", "bye: До встречи", id="plain"),
        pytest.param({"greeting": "Привет!"}, '"Здравствуйте!"', '"Привет!"', id="in its quotes, before its comment"),
        pytest.param({"greeting#2": "Привет!"}, '"Здравствуйте!"', "[Здравствуйте!, Привет!]", id="a second variant"),
        pytest.param({"menu__options__a": "Раз"}, "a:  Один", "a:  Раз", id="a label among others"),
        pytest.param(
            {"menu__words__a": "один\nраз"},
            "b: Два}\n",
            "b: Два}\n    words: {a: [один, раз]}\n",
            id="words that were missing stand where the source has them",
        ),
        pytest.param(
            {"eta": ("Час.", "Ещё {{ n }} часа.", "Ещё {{ n }} часов.")}, "Ещё {{ n }} час.", "Час.", id="a plural form"
        ),
        pytest.param({"eta@other": "Ещё {{ n }} часа?"}, "часа!", "часа?", id="a form that gettext has no place for"),
    ],
)
def test_a_new_translation_changes_its_place_and_no_other(translations: dict[str, Any], old: str, new: str) -> None:
    taken = brought(files(), sent(files(), **translations))
    assert RU.count(old) == 1
    assert taken.files["locales/ru/main.yaml"].decode() == RU.replace(old, new)
    assert [change.context for change in taken.changes] == [
        f"main/{next(iter(translations)).replace('__', '/').split('@')[0]}"
    ]


def test_a_language_from_nothing_gets_its_file() -> None:
    translated: dict[str, Any] = {
        "greeting": "Вітаю!",
        "menu": "Чим допомогти?",
        "menu__options__a": "Один",
        "eta": ("Ще {{ n }} година.", "Ще {{ n }} години.", "Ще {{ n }} годин."),
        "bye": "Бувайте, {{ name }}!",
    }
    taken = brought(files(), sent(files(), "uk", **translated))
    assert taken.files["locales/uk/main.yaml"].decode() == (
        "uk:\n"
        "  greeting: Вітаю!\n"
        "  menu: {text: Чим допомогти?, options: {a: Один}}\n"
        '  eta: {text: {one: "Ще {{ n }} година.", few: "Ще {{ n }} години.", many: "Ще {{ n }} годин."}}\n'
        "  bye: Бувайте, {{ name }}!\n"
    )
    assert {change.old == {} for change in taken.changes} == {True}


def test_notes_name_the_step_the_limits_and_what_must_stay() -> None:
    text = export(BotTexts(files()), "ru").decode()
    entries = {
        found[1]: entry
        for entry in text.split("\n\n")
        if (found := re.search(r'^msgctxt "(.*)"$', entry, re.MULTILINE))
    }
    label = entries["main/menu/options/a"]
    assert "#. dialogs/main.yaml, step menu (choose)\n#. A button: short, no full stop.\n" in label
    assert "#. At most 20 characters (whatsapp).\n#, max-length:20\n" in label
    assert "#. By the number in n.\n#. Keep what stands in curly brackets as it is: n.\n" in entries["main/eta"]
    assert "one word or phrase a line" in entries["main/menu/words/a"].replace("\n#. ", " ")
    assert 'msgstr[2] "Ещё {{ n }} часов."' in entries["main/eta"]
    assert "numbers such as 1.5" in entries["main/eta@other"]


def test_a_source_that_changed_is_marked_with_what_it_was() -> None:
    bot = files()
    bot |= brought(bot, export(BotTexts(bot), "ru")).files
    assert b"fuzzy" not in export(BotTexts(bot), "ru")
    bot["locales/de/main.yaml"] = DE.replace("Tschüss", "Bis bald").encode()
    text = export(BotTexts(bot), "ru").decode()
    assert text.count("fuzzy") == 1
    assert '#| msgid "Tschüss, {{ name }}!"\nmsgctxt "main/bye"\nmsgid "Bis bald, {{ name }}!"\n' in text


def test_a_translation_that_is_still_right_is_marked_no_more_once_the_mark_is_taken_off() -> None:
    bot = files()
    bot |= brought(bot, export(BotTexts(bot), "ru")).files
    bot["locales/de/main.yaml"] = DE.replace("Tschüss", "Bis bald").encode()
    out = export(BotTexts(bot), "ru")
    untouched = brought(bot, out)
    assert (untouched.files, untouched.left) == ({}, ())
    confirmed = brought(bot, re.sub(rb"#, fuzzy.*\n", b"", out))
    assert list(confirmed.files) == [lock_file("ru")]
    assert b"fuzzy" not in export(BotTexts(bot | confirmed.files), "ru")


def test_work_that_is_not_done_is_left_and_named() -> None:
    out = sent(files(), bye="Черновик, {{ name }}!").replace(b'msgctxt "main/bye"', b'#, fuzzy\nmsgctxt "main/bye"')
    taken = brought(files(), out)
    assert taken.changes == ()
    (line,) = taken.left
    assert re.fullmatch(r"x\.po:\d+: main/bye: it is marked as needing work \(fuzzy\)", line)


def test_a_translation_of_an_older_source_is_taken_and_stays_marked() -> None:
    out = sent(files(), bye="До встречи, {{ name }}!")
    bot = files() | brought(files(), export(BotTexts(files()), "ru")).files
    bot["locales/de/main.yaml"] = DE.replace("Tschüss", "Bis bald").encode()
    taken = brought(bot, out)
    assert [change.context for change in taken.changes] == ["main/bye"]
    assert '#| msgid "Tschüss, {{ name }}!"' in export(BotTexts(bot | taken.files), "ru").decode()


def test_an_older_file_does_not_undo_a_newer_translation() -> None:
    out = sent(files(), bye="До встречи, {{ name }}!")
    newer = files() | brought(files(), export(BotTexts(files()), "ru")).files
    newer["locales/de/main.yaml"] = DE.replace("Tschüss", "Bis bald").encode()
    newer["locales/ru/main.yaml"] = RU.replace("Пока", "До скорого").encode()
    taken = brought(newer, out)
    assert (taken.files, taken.changes) == ({}, ())
    assert "newer translation" in taken.left[0]


def test_a_text_that_the_bot_has_no_more_is_named_not_taken() -> None:
    out = sent(files(), bye="Всё, {{ name }}!")
    bot = files()
    bot["locales/de/main.yaml"] = DE.replace("  bye: Tschüss, {{ name }}!\n", "").encode()
    taken = brought(bot, out)
    assert taken.changes == ()
    assert "main/bye: the bot has no such text" in taken.left[0]


@pytest.mark.parametrize(
    ("translations", "complaint"),
    [
        pytest.param({"bye": "Пока!"}, "it does not show {{ name }}; copy it", id="placeholder lost"),
        pytest.param(
            {"bye": "Пока, {{ имя }}!"}, "the source does not show {{ имя }}; use {{ name }}", id="translated"
        ),
        pytest.param({"bye": "Пока, {{ name }}! {{ n }}"}, "the source does not show {{ n }}", id="one too many"),
        pytest.param({"bye": "Пока, {{ name }!"}, "it can't be used: ", id="broken"),
        pytest.param({"bye": "{{ name | upper_case }}"}, "there is no filter", id="unknown filter"),
        pytest.param({"bye": "{% for x in name %}{{ name }}{% endfor %}"}, "not allowed", id="a loop"),
        pytest.param({"eta": ("{{ n }} ч", "", "{{ n }} ч")}, "the plural form few is missing", id="plural form lost"),
        pytest.param({"eta": ("час", "часа", "часов")}, "it does not show {{ n }}", id="no form shows the number"),
        pytest.param({"menu__words__a": " \n "}, "there is no word in it", id="no words"),
    ],
)
def test_what_could_not_be_said_is_refused_with_its_line(translations: dict[str, Any], complaint: str) -> None:
    out = sent(files(), **translations, greeting="Привет!")
    with pytest.raises(PoError) as refused:
        brought(files(), out)
    first, last = str(refused.value).splitlines()
    assert complaint in first
    number = int(first.split(":")[1])
    assert out.decode().splitlines()[number - 1].startswith("msgid ")
    assert last == "nothing was changed: correct x.po and import it again"


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("Language: ru", "Language: fr", "does not speak “fr”"),
        ("Language: ru", "Language: de", "is written in “de”"),
        ("Language: ru", "Languages: ru", "does not say its language"),
        (
            "nplurals=3; plural=(n%10==1",
            "nplurals=2; plural=(n%10==1",
            "does not fit the language ru|more translations",
        ),
        ("nplurals=3", "nplurals=many", "Plural-Forms|this is not PO"),
        ('msgstr "Пока', "msgstr Пока", r"x\.po:\d+"),
        ('msgctxt "main/bye"', 'msgctxt "main/menu"', "stands in line"),
        ("msgid_plural", "msgid_many", r"x\.po:\d+: this line can't be read"),
    ],
)
def test_a_file_that_is_not_of_this_bot_or_not_po_is_refused_in_words(old: str, new: str, complaint: str) -> None:
    out = export(BotTexts(files()), "ru").decode()
    assert old in out
    with pytest.raises(ContentError, match=complaint):
        brought(files(), out.replace(old, new).encode())


def test_what_poedit_writes_for_russian_is_understood() -> None:
    """It counts a fourth form, for fractions."""
    out = sent(files(), bye="До встречи, {{ name }}!").decode()
    four = out.replace("nplurals=3", "nplurals=4").replace(
        'msgstr[2] "Ещё {{ n }} часов."', 'msgstr[2] "Ещё {{ n }} часов."\nmsgstr[3] "Ещё {{ n }} часа!"'
    )
    taken = brought(files(), four.encode())
    assert [change.context for change in taken.changes] == ["main/bye"]


# --- whatever there is in a file

plain = st.text(st.characters(codec="utf-8"), max_size=20)
said = plain | st.sampled_from(
    [
        "",
        " lead",
        "trail ",
        '"q"',
        "a\nb",
        "\n",
        "\\n",
        "\\",
        "{{ n }}",
        "{% if n %}x{% endif %}",
        "{",
        "}}",
        "#",
        "a: b",
        "\t",
        "\r\n",
        "\x85",
        "\u2028",
        "№",
        "😀",
    ]
)
spoken = said | st.lists(said, max_size=3)
forms = st.dictionaries(st.sampled_from(["one", "few", "many", "other"]), spoken, max_size=4)
names = st.sampled_from(["a", "b", "with space", "x/y", "p@q", "n#2", "~"])
entries = st.fixed_dictionaries(
    {},
    optional={
        "text": spoken | forms,
        "options": st.dictionaries(names, said, max_size=3),
        "words": st.dictionaries(names, st.lists(said, max_size=3), max_size=2),
        "fields": st.dictionaries(names, said, max_size=2),
        "item": said,
        "confirm": said,
        "error": said,
        "by_channel": st.dictionaries(
            st.sampled_from(["sms", "whatsapp"]), st.fixed_dictionaries({"text": said}), max_size=2
        ),
    },
)
topics_ = st.dictionaries(names, spoken | entries, max_size=5)


def full(data: Data) -> Data:
    """Without empty variants, which a translator can't fill, and without templates."""
    if isinstance(data, dict):
        return {key: full(value) for key, value in data.items()}
    if isinstance(data, list):
        return [full(item) for item in data if item]
    return data.replace("{", "(") if isinstance(data, str) else data


def yaml_of(language: str, data: Data, *, flow: bool) -> bytes:
    if flow:
        return flow_of({language: data}).encode()
    yaml = YAML()
    yaml.representer.ignore_aliases = lambda _: True
    out = io.StringIO()
    yaml.dump({language: data}, out)
    return out.getvalue().encode()


@settings(deadline=None)
@given(topics_, topics_, st.booleans())
def test_any_texts_go_out_and_come_back_byte_for_byte(source: Data, target: Data, flow: bool) -> None:
    bot = {
        "bot.yaml": SETTINGS.encode(),
        "locales/de/main.yaml": yaml_of("de", source, flow=flow),
        "locales/uk/main.yaml": yaml_of("uk", target, flow=flow),
    }
    taken = brought(bot, export(BotTexts(bot), "uk"))
    assert [name for name in taken.files if name.endswith(".yaml")] == []
    assert taken.changes == ()
    again = bot | taken.files
    assert export(BotTexts(again), "uk") == export(BotTexts(bot), "uk")


safe = st.text(st.characters(codec="utf-8", exclude_characters="{}"), min_size=1, max_size=20).filter(str.strip)


@settings(deadline=None)
@given(st.data(), topics_, st.booleans())
def test_any_translation_comes_back_as_it_was_written(data: st.DataObject, source: Data, flow: bool) -> None:
    """Into a file that may say something else, or nothing: what is read afterwards is what the translator wrote."""
    bot = {"bot.yaml": SETTINGS.encode(), "locales/de/main.yaml": yaml_of("de", full(source), flow=flow)}
    if data.draw(st.booleans()):
        bot["locales/uk/main.yaml"] = yaml_of("uk", data.draw(topics_), flow=flow)
    po = read("x.po", export(BotTexts(bot), "uk"))
    written = {}
    for message in po.messages:
        if "@" not in message.context and "/words/" not in message.context:
            written[message.context] = tuple(data.draw(safe) for _ in message.strings)
    work = [message_with(each, written[each.context]) for each in po.messages if each.context in written]
    taken = brought(bot, write(Po(language="uk", messages=tuple(work)), "Test"))
    after = read("x.po", export(BotTexts(bot | taken.files), "uk"))
    assert {each.context: each.strings for each in after.messages if each.context in written} == written
    for name, raw in taken.files.items():
        if name.endswith(".yaml"):
            read_source(name, raw)


@settings(deadline=None)
@given(st.data())
def test_a_file_with_anything_in_it_is_taken_or_refused_in_words(data: st.DataObject) -> None:
    out = export(BotTexts(files()), "ru")
    at = data.draw(st.integers(0, len(out)))
    end = data.draw(st.integers(at, min(len(out), at + 40)))
    middle = data.draw(st.binary(max_size=20) | st.sampled_from([b'"', b"\n", b"msgid", b"msgstr[7]", b"#~ ", b"\\"]))
    try:
        taken = brought(files(), out[:at] + middle + out[end:])
    except ContentError as error:
        assert "x.po" in str(error) or "this bot" in str(error)  # noqa: PT017 - either way is right
    else:
        assert set(taken.files) <= {"locales/ru/main.yaml", lock_file("ru")}


def test_a_folder_with_a_broken_file_is_refused_before_anything_is_read() -> None:
    with pytest.raises(BotError, match=r"locales/ru/main\.yaml"):
        BotTexts(files(**{"locales/ru/main.yaml": "ru:\n\t- x"}))


def test_a_short_text_that_gets_plural_forms_is_written_out() -> None:
    bot = files(**{"locales/ru/main.yaml": "ru:\n  eta: Скоро, {{ n }}   # soon\n"})
    taken = brought(bot, sent(bot, eta=("{{ n }} час", "{{ n }} часа", "{{ n }} часов")))
    assert taken.files["locales/ru/main.yaml"].decode() == (
        'ru:\n  eta: {text: {one: "{{ n }} час", few: "{{ n }} часа", many: "{{ n }} часов"}}   # soon\n'
    )
