"""Ukrainian is read as Russian for encoders that learnt only that: words by a table, cognates by sound, the rest by spelling."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.ukrainian import MAX_TEXT, Words, index, russian_word, to_russian, words_of_the_package
from nlu.ukrainian_letters import cyrillic, sound, spellings, worn


@pytest.mark.parametrize(
    ("ukrainian", "russian"),
    [
        ("гроші", "деньги"),
        ("скасуйте моє замовлення", "отмените моё заказ"),
        ("коли ви зачиняєтесь у неділю?", "когда вы закрываетесь в воскресенье?"),
        ("передзвоніть мені", "перезвоните мне"),
        ("Мені потрібен рахунок-фактура!", "мне нужен счёт-фактура!"),
    ],
)
def test_words_unlike_their_russian_ones_come_from_the_table(ukrainian: str, russian: str) -> None:
    assert to_russian(ukrainian) == russian


@pytest.mark.parametrize(
    ("ukrainian", "russian"),
    [
        ("доставка", "доставка"),
        ("неправильну", "неправильную"),
        ("квартира", "квартира"),
        ("відповідальність", "ответственность"),
    ],
)
def test_a_word_of_both_languages_is_spelt_the_russian_way(ukrainian: str, russian: str) -> None:
    assert to_russian(ukrainian) == russian


def test_an_expression_is_read_whole_and_only_whole() -> None:
    assert to_russian("допоможіть, будь ласка, під час оплати") == "помогите, пожалуйста, во время оплаты"
    assert to_russian("два тижні тому") == "два недели назад"
    assert "пожалуйста" not in to_russian("будь, ласка")


def test_apostrophes_of_every_keyboard_are_one() -> None:
    assert len({to_russian(f"з{mark}єднайте") for mark in "'’ʼ`"}) == 1
    assert to_russian("зєднайте") == to_russian("з'єднайте") == "соедините"


def test_a_slip_between_letters_that_sound_alike_is_read_as_meant() -> None:
    assert to_russian("замовленя") == "заказ"


def test_russian_in_a_ukrainian_sentence_stays() -> None:
    assert to_russian("привет, это объявление вы отменили") == "привет, это объявление вы отменили"


def test_transliterated_ukrainian_is_read_like_its_own_letters() -> None:
    assert to_russian("de moye zamovlennya") == "где моё заказ"


def test_foreign_words_and_numbers_inside_stay() -> None:
    assert to_russian("paypal не працює, замовлення №77120") == "paypal не работает, заказ №77120"


def test_an_unknown_word_keeps_its_sound_in_russian_letters() -> None:
    assert re.fullmatch("[а-яё ]+", to_russian("жбурлякіївський ґедзь"))


def test_of_words_that_sound_alike_the_likest_is_taken_then_the_commonest() -> None:
    words = Words({}, index(["весь", "вес", "кот", "кит"]))
    assert russian_word("кит", words) == "кит"
    assert russian_word("кіт", words) in {"кот", "кит"}


def test_what_is_longer_than_a_message_is_left_alone() -> None:
    text = "гроші " * MAX_TEXT
    assert to_russian(text).endswith(text[MAX_TEXT:])


@given(st.text(max_size=1500))
def test_any_text_is_read_and_stays_within_eight_times_its_length(text: str) -> None:
    assert len(to_russian(text)) <= 8 * len(text.lower()) + 8


@given(st.text(alphabet="абвгґдеєжзиіїйклмнопрстуфхцчшщьюя'- ", max_size=60))
def test_made_up_ukrainian_has_no_letter_left_that_russian_lacks(text: str) -> None:
    assert not set(to_russian(text)) & set("іїєґ")


@given(st.text(alphabet="абвгґдеєжзиіїйклмнопрстуфхцчшщьюя'", min_size=1, max_size=60))
def test_a_word_has_a_few_spellings_and_never_none(word: str) -> None:
    found = spellings(word)
    assert 1 <= len(found) <= 12
    assert all(len(each) <= len(word) + 8 for each in found)
    assert len(sound(word)) <= len(word)
    assert worn(worn(word)) == worn(word)


def test_the_table_holds_small_letters_only_and_no_russian_word_with_ukrainian_letters() -> None:
    words = words_of_the_package()
    assert all(form == form.lower() for form in words.forms)
    assert not [russian for russian in words.forms.values() if set(russian) & set("іїєґ_")]
    assert len(words.forms) > 20_000


def test_latin_without_an_equal_stays() -> None:
    assert cyrillic("123 ?") == "123 ?"


@pytest.mark.parametrize("typed", ["замолвення", "замоввлення", "зомовлення", "замоленняю"[:-1], "амовлення"])
def test_a_slip_of_the_finger_in_a_longer_word_is_read_as_meant(typed: str) -> None:
    assert to_russian(f"скасуйте {typed}") == "отмените заказ"


def test_slips_are_looked_for_in_the_first_words_only() -> None:
    text = " ".join(["замолвення"] * 12).split()
    assert (
        to_russian(" ".join(text)).split() == ["заказ"] * 10 + [russian_word("замолвення", words_of_the_package())] * 2
    )
