"""Files of labelled sentences: what is learnt of them, what is told about them, and what is refused."""

from pathlib import Path

import pytest

from conversation.errors import ContentError
from nlu.measuring.metrics import OUT
from nlu.measuring.sets import Sentence, as_files, read_set, sample
from nlu.read import read_examples
from nlu.train import rows_of

HEAD = "text,label,split,lang\n"
GOOD = (
    HEAD + "red,colour,train,en\ngreen,colour,train,en\none,number,train,en\ntwo,number,train,en\nblue,colour,test,en\n"
)


def written(folder: Path, text: str, name: str = "set.csv") -> Path:
    (folder / name).write_bytes(text.encode())
    return folder


def test_set_is_parted_by_its_splits(tmp_path: Path) -> None:
    found = read_set(written(tmp_path, GOOD + "hm,oos,valid,en\nhm?,oos,test,en\nmm,oos,train,en\n"), ["set.csv"])
    assert [row.text for row in found.train] == ["red", "green", "one", "two"]
    assert found.valid == (Sentence(text="hm", label=OUT, language="en"),)
    assert [row.label for row in found.test] == ["colour", OUT]
    assert found.notes == ()


def test_examples_of_another_file_are_learnt_instead(tmp_path: Path) -> None:
    written(tmp_path, HEAD + "rouge,colour,train10,en\nvert,colour,train10,en\n", "few.csv")
    found = read_set(written(tmp_path, GOOD), ["set.csv"], train10="few.csv")
    assert [row.text for row in found.train] == ["rouge", "vert"]
    assert found.notes == ()


def test_test_text_that_was_learnt_is_told(tmp_path: Path) -> None:
    found = read_set(written(tmp_path, GOOD + "RED,colour,test,en\n"), ["set.csv"])
    assert found.notes == ("1 of 2 test texts stand in the training part too",)


def test_what_no_bot_could_learn_is_left_out_and_told(tmp_path: Path) -> None:
    odd = f"Red,number,train,en\nred,colour,train,en\n{'x' * 501},colour,train,en\nlonely,alone,train,en\n"
    found = read_set(written(tmp_path, f"{GOOD}{odd}hermit,alone,test,en\n"), ["set.csv"])
    assert [row.text for row in found.train] == ["red", "green", "one", "two"]
    assert found.notes == (
        "1 examples that stand there twice are learnt once",
        "1 examples stand under two intents: the first counts",
        "1 examples of more than 500 characters are left out",
        "1 intents with one example are left out",
        "1 test texts mean intents that could not be learnt; they count as wrong",
    )


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("text,intent,split,lang\na,b,train,en\n", r"set.csv:1: there is no column `label`; the first line must name"),
        ("", r"set.csv:1: there is no column `text`, `label`, `split`, `lang`"),
        (HEAD + "a,b\n", r"set.csv:2: too few cells"),
        (HEAD + "a,b,train,en\n,b,train,en\n", r"set.csv:3: text, label and lang must not be empty"),
        (HEAD + 'a,"b"x,train,en\n', r"set.csv: this is not CSV"),
        (HEAD + "a,b,train,en\n", r"there must be rows with split `train` and rows with split `test`"),
    ],
)
def test_broken_file_is_told_with_its_line(tmp_path: Path, content: str, told: str) -> None:
    with pytest.raises(ContentError, match=told):
        read_set(written(tmp_path, content), ["set.csv"])


def test_file_in_another_encoding_is_told(tmp_path: Path) -> None:
    (tmp_path / "set.csv").write_bytes("text,label,split,lang\nüber,b,train,de\n".encode("latin-1"))
    with pytest.raises(ContentError, match=r"set.csv: not UTF-8 \(byte 22\)"):
        read_set(tmp_path, ["set.csv"])


def test_rows_come_out_of_a_bots_files_as_they_went_in(tmp_path: Path) -> None:
    texts = ['say "no": 1', "- # [x] {y}", "0x1F", "ja", "a\x85b\u2028c\x07", "back\\slash", "\U0001f64f й", "other"]
    rows = [Sentence(text=text, label=f"l{number % 2}: {{", language="ru") for number, text in enumerate(texts)]
    rows += [Sentence(text="hm", label="other ", language="de"), Sentence(text="uff", label="no", language="de")]
    files = as_files(rows)
    assert {(row.language, row.label, " ".join(row.text.split())) for row in rows} == set(rows_of(files))
    assert len(read_examples(files)) == 2


def test_sample_is_the_same_for_the_same_seed() -> None:
    rows = [Sentence(text=str(number), label="a", language="en") for number in range(100)]
    assert sample(rows, 10, seed=1) == sample(rows, 10, seed=1) != sample(rows, 10, seed=2)
    assert sample(rows, 100, seed=1) == tuple(rows)
