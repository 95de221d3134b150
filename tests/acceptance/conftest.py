"""A sandbox with the whole bot, as processes, for each acceptance test."""

import httpx
import pytest

from sandbox.up.main import running
from tests.acceptance.town import QUICK, QUICK_ENGAGE, Town
from tests.fakes.workspace import Workspace


@pytest.fixture
async def town(tmp_path, request):
    changed = {**QUICK, **getattr(request, "param", {})}
    async with (
        running(tmp_path, changed, engage_options=QUICK_ENGAGE) as sandbox,
        Workspace(sandbox.url) as slack,
        httpx.AsyncClient(trust_env=False) as http,
    ):
        town = Town(sandbox, slack, http)
        await town.connected()
        yield town
        log = sandbox.parts["bot"].log.read_text()
        assert "Traceback" not in log, log[-4000:]
