import unicodedata
from datetime import UTC, datetime
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.connector import SettingsError
from bots.graphemes import clusters
from bots.limits import Limits, Unit, all_limits, limits_of, size_in
from bots.shape import ContactPart, LocationPart, MediaPart, Part, TextPart, cut_labels, shape, split
from conversation.content import Button, Contact, Content, Location, Media, Prompt, Text, Unsupported
from conversation.message import Message

AT = datetime(2026, 3, 2, tzinfo=UTC)

FAMILY = "👨‍👩‍👧‍👦"
CLUSTERS = ("👍🏽", FAMILY, "🇩🇪", "é", "ц̆", "❤️", "한", "각", "क्षि", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "1️⃣", "\r\n", "க்ஷ", "ｶﾞ")
"""Each is one character to its reader."""


def shaped(content: Content, channel: str | Limits) -> tuple[Part, ...]:
    limits = limits_of(channel) if isinstance(channel, str) else channel
    return shape(Message(id="m", seq=1, author="bot", at=AT, content=content), limits)


def buttons(*labels: str) -> tuple[Button, ...]:
    return tuple(Button(payload=f"d/s/{number}", label=label) for number, label in enumerate(labels))


# ── tables ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_menu_on_telegram_is_buttons() -> None:
    options = buttons("Kein Internet", "Rechnung", "Umzug", "Mensch")
    assert shaped(Prompt(text="Womit?", buttons=options), "telegram") == (
        TextPart(text="Womit?", buttons=options, menu="buttons"),
    )


def test_three_short_options_on_whatsapp_are_buttons() -> None:
    options = buttons("Ja", "Nein", "Mensch")
    assert shaped(Prompt(text="?", buttons=options), "whatsapp") == (
        TextPart(text="?", buttons=options, menu="buttons"),
    )


def test_four_options_on_whatsapp_are_a_list() -> None:
    options = buttons("a", "b", "c", "d")
    assert shaped(Prompt(text="?", buttons=options), "whatsapp") == (TextPart(text="?", buttons=options, menu="list"),)


def test_three_options_that_only_a_row_shows_whole_are_a_list() -> None:
    options = buttons("Ja", "Nein", "x" * 24)
    assert shaped(Prompt(text="?", buttons=options), "whatsapp") == (TextPart(text="?", buttons=options, menu="list"),)


def test_eleven_options_on_whatsapp_are_numbers() -> None:
    (part,) = shaped(Prompt(text="?", buttons=buttons(*"abcdefghijk")), "whatsapp")
    assert isinstance(part, TextPart)
    assert part.text.splitlines() == ["?", *(f"{number}. {label}" for number, label in enumerate("abcdefghijk", 1))]
    assert part.menu == "none"


def test_menu_by_sms_is_numbers_with_whole_labels() -> None:
    label = "Ich möchte mit einem Menschen sprechen"
    assert shaped(Prompt(text="Womit?", buttons=buttons(label, "Ja")), "sms") == (
        TextPart(text=f"Womit?\n1. {label}\n2. Ja"),
    )


def test_payload_that_the_channel_cannot_carry_becomes_a_number() -> None:
    option = Button(payload="я" * 33, label="Так")
    assert shaped(Prompt(text="?", buttons=(option,)), "telegram") == (TextPart(text="?\n1. Так"),)


def test_menu_without_words_gets_some() -> None:
    (part,) = shaped(Prompt(text=" ", buttons=buttons("Ja")), "telegram")
    assert isinstance(part, TextPart)
    assert part.text.strip()


def test_long_text_has_its_buttons_on_the_last_part() -> None:
    parts = shaped(Prompt(text="word " * 2000, buttons=buttons("Ja")), "telegram")
    assert len(parts) == 3
    assert [bool(part.buttons) for part in parts if isinstance(part, TextPart)] == [False, False, True]


def test_photo_with_short_words_and_buttons_is_one_message() -> None:
    photo = Media(type="photo", ref="media/router.jpg")
    options = buttons("Ja", "Nein")
    assert shaped(Prompt(text="Leuchtet es so?", buttons=options, attach=photo), "telegram") == (
        MediaPart(media=Media(type="photo", ref="media/router.jpg", caption="Leuchtet es so?"), buttons=options),
    )


def test_photo_with_words_longer_than_a_caption_goes_first_alone() -> None:
    photo = Media(type="photo", ref="media/router.jpg")
    parts = shaped(Prompt(text="x" * 1025, buttons=buttons("Ja"), attach=photo), "telegram")
    assert parts == (MediaPart(media=photo), TextPart(text="x" * 1025, buttons=buttons("Ja"), menu="buttons"))


def test_list_cannot_ride_on_a_photo() -> None:
    photo = Media(type="photo", ref="media/router.jpg")
    parts = shaped(Prompt(text="?", buttons=buttons(*"abcd"), attach=photo), "whatsapp")
    assert parts == (MediaPart(media=photo), TextPart(text="?", buttons=buttons(*"abcd"), menu="list"))


def test_list_cannot_ride_on_a_photo_even_where_buttons_can() -> None:
    photo = Media(type="photo", ref="media/router.jpg")
    limits = msgspec.structs.replace(limits_of("whatsapp"), media_buttons=True)
    assert shaped(Prompt(text="?", buttons=buttons(*"abc"), attach=photo), limits)[0] == MediaPart(
        media=msgspec.structs.replace(photo, caption="?"), buttons=buttons(*"abc")
    )
    assert shaped(Prompt(text="?", buttons=buttons(*"abcd"), attach=photo), limits)[0] == MediaPart(media=photo)


def test_caption_of_a_file_without_captions_becomes_a_text() -> None:
    sticker = Media(type="sticker", ref="media/hi.webp", caption="Hallo")
    assert shaped(sticker, "telegram") == (
        MediaPart(media=Media(type="sticker", ref="media/hi.webp")),
        TextPart(text="Hallo"),
    )


def test_photo_by_sms_is_a_line_that_names_it() -> None:
    photo = Media(type="photo", ref="media/router.jpg", name="Router", caption="Die Lampe")
    assert shaped(Prompt(text="So?", buttons=buttons("Ja"), attach=photo), "sms") == (
        TextPart(text="So?\nDie Lampe\nRouter media/router.jpg\n1. Ja"),
    )


def test_file_over_the_upload_limit_is_a_line() -> None:
    film = Media(type="video", ref="media/film.mp4", size=50_000_001)
    assert shaped(film, "telegram") == (TextPart(text="media/film.mp4"),)


def test_place_and_card_where_supported_and_where_not() -> None:
    place, card = Location(latitude=53.55, longitude=10.0), Contact(phone="+4940", name="Nordnetz")
    assert shaped(place, "telegram") == (LocationPart(location=place),)
    assert shaped(card, "telegram") == (ContactPart(contact=card),)
    assert shaped(place, "sms") == (TextPart(text="53.55000, 10.00000"),)
    assert shaped(card, "sms") == (TextPart(text="Nordnetz +4940"),)


def test_nothing_to_show_is_no_part() -> None:
    assert shaped(Unsupported(what="poll"), "telegram") == ()
    assert shaped(Text(text=" \n "), "telegram") == ()


def test_text_is_cut_after_a_line_rather_than_a_word() -> None:
    assert split("one two\nthree four", 14, "code_points") == ["one two\n", "three four"]
    assert split("one two three", 9, "code_points") == ["one two ", "three"]
    assert split("abcdefghij", 4, "code_points") == ["abcd", "efgh", "ij"]


def test_limits_are_counted_in_the_channels_unit() -> None:
    assert [size_in(unit, "a€😀") for unit in ("utf16", "code_points", "bytes")] == [4, 3, 8]
    assert split("😀😀😀", 4, "utf16") == ["😀😀", "😀"]
    assert split("😀😀😀", 4, "bytes") == ["😀", "😀", "😀"]


def test_unknown_channel_is_refused_by_name() -> None:
    with pytest.raises(SettingsError, match="carrier_pigeon"):
        limits_of("carrier_pigeon")


@pytest.mark.parametrize("channel", sorted(all_limits()))
def test_table_of_limits_leaves_room_to_work(channel: str) -> None:
    limits = limits_of(channel)
    assert limits.text >= limits.prompt_text >= limits.caption
    assert limits.payload >= 64
    assert not limits.buttons or limits.label >= 8
    assert not limits.rows or limits.row_label >= 8
    assert set(limits.captioned) <= set(limits.media)


def test_tables_name_the_first_channels() -> None:
    assert {"webchat", "telegram", "whatsapp", "sms"} <= set(all_limits())


# ── graphemes ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("cluster", CLUSTERS)
def test_cluster_is_one_character(cluster: str) -> None:
    assert list(clusters(f"a{cluster}b")) == ["a", cluster, "b"]
    assert list(clusters(cluster)) == [cluster]


def test_flags_pair_from_the_left() -> None:
    assert list(clusters("🇩🇪🇺🇦🇬🇧")) == ["🇩🇪", "🇺🇦", "🇬🇧"]


def test_signs_of_their_own_stay_apart() -> None:
    assert list(clusters("aб한국👍👍\n\u0301")) == ["a", "б", "한", "국", "👍", "👍", "\n", "\u0301"]


# ── properties ───────────────────────────────────────────────────────────────────────────────────────────────────────

UNITS = st.sampled_from(["utf16", "code_points", "bytes"])
WORDS = st.lists(
    st.sampled_from([*CLUSTERS, "a", "слово", " ", "\n", "😀", "漢字"]) | st.text(max_size=8), max_size=60
).map("".join)


@st.composite
def any_limits(draw: st.DrawFn) -> Limits:
    """A real channel's limits, or smaller ones that bite on short texts."""
    limits = draw(st.sampled_from(list(all_limits().values())))
    if draw(st.booleans()):
        return limits
    return msgspec.structs.replace(
        limits,
        unit=draw(UNITS),
        text=draw(st.integers(30, 80)),
        prompt_text=draw(st.integers(25, 30)),
        caption=draw(st.integers(0, 20)),
        buttons=draw(st.integers(0, 6)),
        label=draw(st.integers(8, 20)),
        rows=draw(st.integers(0, 12)),
        row_label=draw(st.integers(8, 24)),
    )


@st.composite
def prompts(draw: st.DrawFn) -> Prompt:
    labels = draw(st.lists(WORDS.filter(str.strip), max_size=14))
    return Prompt(
        text=draw(WORDS),
        buttons=buttons(*labels),
        attach=draw(
            st.none()
            | st.just(Media(type="photo", ref="media/x.jpg"))
            | st.just(Media(type="voice", ref="media/x.ogg"))
        ),
    )


def words_of(part: Part) -> str:
    match part:
        case TextPart(text=text):
            return text
        case MediaPart(media=media):
            return media.caption
    return ""


@given(WORDS, st.integers(4, 60), UNITS)
def test_pieces_fit_and_join_to_the_text(text: str, limit: int, unit: Unit) -> None:
    pieces = split(text, limit, unit)
    assert "".join(pieces) == text
    assert all(size_in(unit, piece) <= limit for piece in pieces)
    assert all(pieces) or pieces == [""]


@given(WORDS, st.integers(4, 60), UNITS)
def test_only_a_cluster_longer_than_the_limit_is_broken(text: str, limit: int, unit: Unit) -> None:
    edges = {0}
    for cluster in clusters(text):
        edges.add(max(edges) + len(cluster))
    at, too_long = 0, {cluster for cluster in clusters(text) if size_in(unit, cluster) > limit}
    for piece in split(text, limit, unit)[:-1]:
        at += len(piece)
        assert at in edges or any(piece[-1] in cluster for cluster in too_long)


@given(st.lists(WORDS, max_size=12), st.integers(8, 24), UNITS)
def test_cut_labels_fit_and_stay_distinct(labels: list[str], limit: int, unit: Unit) -> None:
    shown = cut_labels(labels, limit, unit)
    assert all(size_in(unit, label) <= limit for label in shown)
    whole = [" ".join(label.split()) for label in labels]
    assert len(set(shown)) == len(set(whole))
    assert all(label == line or "…" in label for label, line in zip(shown, whole, strict=True))


@given(prompts(), any_limits())
def test_every_part_fits_its_channel(prompt: Prompt, limits: Limits) -> None:
    for part in shaped(prompt, limits):
        words, size = words_of(part), size_in(limits.unit, words_of(part))
        if isinstance(part, MediaPart):
            assert part.media.type in limits.media
            assert not words or (size <= limits.caption and part.media.type in limits.captioned)
            assert not part.buttons or limits.media_buttons
            menu = "buttons"
        else:
            assert isinstance(part, TextPart)
            assert words.strip()
            assert size <= (limits.prompt_text if part.buttons else limits.text)
            menu = part.menu
        most, longest = (limits.buttons, limits.label) if menu == "buttons" else (limits.rows, limits.row_label)
        assert len(part.buttons) <= (most if part.buttons else 0)
        assert all(size_in(limits.unit, button.label) <= longest for button in part.buttons)


@given(prompts(), any_limits())
def test_every_option_can_be_chosen(prompt: Prompt, limits: Limits) -> None:
    parts = shaped(prompt, limits)
    shown = [button.payload for part in parts if isinstance(part, TextPart | MediaPart) for button in part.buttons]
    if shown:
        assert shown == [button.payload for button in prompt.buttons]
        assert not any(part.buttons for part in parts[:-1] if isinstance(part, TextPart | MediaPart))
        return
    joined = "".join(map(words_of, parts))
    for number, button in enumerate(prompt.buttons, 1):
        assert "".join(f"{number}. {button.label}".split()) in "".join(joined.split())


@given(prompts(), any_limits())
def test_no_word_is_lost(prompt: Prompt, limits: Limits) -> None:
    joined = "".join("".join(map(words_of, shaped(prompt, limits))).split())
    assert joined.startswith("".join(prompt.text.split()))


@given(st.text(max_size=50))
def test_clusters_join_to_the_text_and_marks_never_stand_first(text: str) -> None:
    found = list(clusters(text))
    assert "".join(found) == text
    for before, after in pairwise(found):
        assert unicodedata.category(after[0]) not in ("Mn", "Me") or before[-1] in "\r\n"
