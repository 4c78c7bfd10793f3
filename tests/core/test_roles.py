"""What a process that is one of several needs is asked for at its start."""

import pytest

from app.serve import serve
from app.service import Role
from app.settings import DatabaseSettings, RedisSettings, Settings
from conversation.errors import LotseError

POSTGRESQL = "postgresql://lotse@127.0.0.1:1/lotse"


@pytest.mark.parametrize("role", ["web", "worker"])
@pytest.mark.parametrize(
    ("database", "redis", "wanted"),
    [("", "redis://127.0.0.1:1", "LOTSE_DATABASE__URL"), (POSTGRESQL, "", "LOTSE_REDIS__URL")],
)
async def test_one_of_several_processes_says_what_it_lacks(role: Role, database: str, redis: str, wanted: str) -> None:
    settings = Settings(_env_file=None, database=DatabaseSettings(url=database), redis=RedisSettings(url=redis))
    with pytest.raises(LotseError, match=f"`lotse {role}` is one of several processes.*{wanted}"):
        await serve(settings, role)
