"""The language of a short message, alone and within a conversation."""

from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.features import clean
from nlu.language import ANOTHER, GUESSED, SURE, LanguageDetector
from nlu.language_model import BUCKETS_LOG2, buckets, letters_of, script_language, shipped_model

LANGUAGES = ("de", "en", "ru", "uk")
OURS = LanguageDetector(LANGUAGES, {})


def told(text: str, spoken: str = "", detector: LanguageDetector = OURS) -> str:
    return detector.detect(clean(text), clean(text).split(), spoken)[0]


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("de", "wo bleibt der Techniker|Ich komme nicht rein|Kannst du das prüfen|heute noch|mein Paket fehlt|geht seit gestern nicht|Was kostet der Umzug|danke schön"),
        ("en", "where is the engineer|I can't get in|could you check this|still today|my parcel is missing|broken since yesterday|how much is moving|thank you"),
        ("ru", "где же мастер|не могу зайти|проверьте пожалуйста|ещё сегодня|посылка не пришла|не работает со вчера|сколько стоит переезд|большое спасибо"),
        ("uk", "де ж майстер|не можу зайти|перевірте будь ласка|ще сьогодні|посилка не прийшла|не працює від учора|скільки коштує переїзд|дуже дякую"),
    ],
)  # fmt: skip
def test_short_message_is_told(language: str, texts: str) -> None:
    assert {text: told(text) for text in texts.split("|")} == dict.fromkeys(texts.split("|"), language)


@pytest.mark.parametrize(
    "text",
    [
        "je n'ai plus de connexion depuis hier",
        "Combien coûte le déménagement ?",
        "od wczoraj nie działa mi internet",
        "Ile kosztuje przeprowadzka?",
        "internetim dünden beri çalışmıyor",
        "от вчера нямам интернет, моля помогнете",
        "са вчорашняга дня няма інтэрнэту, дапамажыце",
        "no tengo internet desde ayer",
        "ik heb sinds gisteren geen internet meer",
        "明日の予約を変更したいです",
        "δεν έχω ίντερνετ από χθες",
        "אין לי אינטרנט מאתמול",
    ],
)
@pytest.mark.parametrize("spoken", ["", "de"])
def test_another_language_is_none_of_ours(text: str, spoken: str) -> None:
    assert told(text, spoken) == ""


def test_bot_of_other_languages_tells_its_own_apart() -> None:
    detector = LanguageDetector(("fr", "pl", "el"), {})
    texts = {"je voudrais un conseiller": "fr", "chcę porozmawiać z konsultantem": "pl", "θέλω βοήθεια": "el"}
    assert {text: told(text, detector=detector) for text in texts} == texts
    assert told("ich möchte einen Berater sprechen", detector=detector) == ""


def test_language_that_the_model_does_not_know_is_told_by_the_words_of_its_examples() -> None:
    words = dict.fromkeys(("zop", "zup", "mip", "map"), ("qx",))
    detector = LanguageDetector(("de", "qx"), words)
    assert told("zop zup mip map", detector=detector) == "qx"
    assert told("mein Internet geht nicht", detector=detector) == "de"


CONVERSATIONS = [
    (
        "Russian with words that are Ukrainian too",
        [("Здравствуйте, у меня пропал интернет", "ru"), ("завтра", "ru"), ("да", "ru"), ("ok", "ru"), ("0151 2345678", "ru"), ("Internet", "ru"), ("конечно, давайте", "ru")],
    ),
    (
        "Ukrainian with words that are Russian too",
        [("Добрий день, зник інтернет", "uk"), ("завтра", "uk"), ("оператор", "uk"), ("номер", "uk"), ("так", "uk"), ("router", "uk"), ("дякую", "uk")],
    ),
    (
        "German with English words",
        [("Hallo, mein Vertrag läuft aus", "de"), ("Internet", "de"), ("super", "de"), ("ok", "de"), ("Router", "de"), ("was kostet das Upgrade?", "de")],
    ),
    (
        "one sentence changes it at once",
        [("Hallo, wo ist mein Paket?", "de"), ("sorry, I only speak English", "en"), ("ok", "en"), ("tomorrow please", "en"), ("Лучше по-русски, пожалуйста", "ru"), ("да", "ru")],
    ),
    (
        "Russian to Ukrainian and back",
        [("не работает телефон", "ru"), ("можна українською?", "uk"), ("завтра", "uk"), ("я всё-таки по-русски напишу", "ru"), ("завтра", "ru")],
    ),
    (
        "nothing to tell by",
        [("???", ""), ("👍", ""), ("12345", ""), ("I need help with my bill", "en"), ("👍", "en"), ("...", "en")],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("what", "messages"), CONVERSATIONS)
def test_language_of_a_conversation_stays_until_a_message_is_clearly_in_another(
    what: str, messages: list[tuple[str, str]]
) -> None:
    spoken, found = "", []
    for text, _ in messages:
        spoken = told(text, spoken) or spoken
        found.append((text, spoken))
    assert found == messages, what


def test_word_of_two_languages_is_guessed_at_first_and_its_score_says_so() -> None:
    language, score = OURS.detect("завтра", ["завтра"], "")
    assert language in ("ru", "uk")
    assert score < 0.8


@pytest.mark.parametrize(
    ("text", "spoken"), [("danke", "ru"), ("Paket", "ru"), ("hello", "de"), ("Berlin", "uk"), ("service", "ru")]
)
def test_one_word_that_may_be_quoted_changes_no_conversation_s_language(text: str, spoken: str) -> None:
    assert told(text, spoken) in ("", spoken)


def test_spoken_language_counts_and_so_do_the_words_of_examples() -> None:
    alone = OURS.chances("завтра", [], "")
    assert OURS.chances("завтра", [], "uk")["uk"] > alone["uk"]
    knowing = LanguageDetector(LANGUAGES, {"завтра": ("uk",)})
    assert knowing.chances("завтра", ["завтра"], "")["uk"] > alone["uk"]


@given(text=st.text(max_size=300), spoken=st.sampled_from(["", *LANGUAGES, "fr"]))
def test_any_text_has_a_language_or_none_and_chances_that_add_up(text: str, spoken: str) -> None:
    chances = OURS.chances(text, text.split(), spoken)
    assert not chances or abs(sum(chances.values()) - 1) < 1e-6
    assert set(chances) in (set(), {*LANGUAGES, ANOTHER})
    language, score = OURS.detect(text, text.split(), spoken)
    assert language in ("", *LANGUAGES)
    assert 0 <= score <= 1
    assert not language or score >= (SURE if spoken in LANGUAGES else GUESSED)


@given(text=st.text(max_size=250))
def test_any_text_falls_into_buckets_that_there_are(text: str) -> None:
    found = buckets(letters_of(text))
    assert ((found >= 0) & (found < 1 << BUCKETS_LOG2)).all()


def test_ngrams_stay_within_words_and_words_count_whole() -> None:
    """ "ab cd": 2 + 2 letters, 4 pairs with blanks and 2 without, triples and more within a word's frame, two words."""
    assert len(buckets(letters_of("ab cd"))) == 4 + 6 + 4 + 2 + 2
    assert set(buckets(letters_of("ab"))) <= set(buckets(letters_of("ab cd")))


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("  Привет,   МИР! ", " привет, мир "),
        ("call 0151 a1b2 now", " call now "),
        ("ʼ’`'", " ''`' "),
        ("😀 ok", " ok "),
        ("{}:\"<>~", " [];',.` "),
    ],
)  # fmt: skip
def test_only_letters_and_keys_that_may_be_letters_are_looked_at(text: str, letters: str) -> None:
    assert letters_of(text) == letters


def test_alphabet_of_one_language_gives_it_away_only_where_most_letters_are_of_it() -> None:
    assert script_language(letters_of("ευχαριστώ")) == "el"
    assert script_language(letters_of("漢字かな")) == "ja"
    assert script_language(letters_of("mein Name ist Ωμέγα, das ist griechisch")) == ""
    assert script_language(letters_of("привет")) == ""


def test_shipped_model_is_small_and_knows_many_languages() -> None:
    size = sum(
        len(path.read_bytes()) for path in (files("nlu") / "data").iterdir() if path.name.startswith("languages")
    )
    assert size < 2_000_000
    languages = {label for label in shipped_model().labels if "<" not in label}
    assert len(languages) >= 30
    assert {"de", "en", "ru", "uk", "fr", "pl", "be", "bg"} <= languages
