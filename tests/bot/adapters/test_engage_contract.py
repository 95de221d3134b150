"""`docs/engage-api.yaml` is valid, and everything that adapter and stand-in say to one another conforms to it."""

import asyncio
import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from openapi_spec_validator import OpenAPIV31SpecValidator

from bot.adapters.engage import EngageProvisioner
from bot.adapters.engage.transport import MEDIA_TYPE
from core.errors import BotError
from core.records import Purpose, RecordType
from core.sending_domain import DeploymentEvent, DmarcPolicy, DomainStatus, Verdict
from tests.fakes.engage_stand_in import API_KEY, StandIn, running_stand_in

PATH = Path(__file__).parents[3] / "docs" / "engage-api.yaml"
CONTRACT: dict[str, Any] = yaml.safe_load(PATH.read_text())
SCHEMAS = CONTRACT["components"]["schemas"]
ALL = frozenset(purpose.value for purpose in Purpose)


class Recording(httpx.AsyncHTTPTransport):
    """Passes everything on, and keeps it."""

    def __init__(self) -> None:
        super().__init__(verify=False)
        self.exchanges: list[tuple[httpx.Request, httpx.Response, bytes]] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await super().handle_async_request(request)
        body = await response.aread()
        await response.aclose()
        self.exchanges.append((request, response, body))
        return httpx.Response(response.status_code, headers=response.headers, content=body)


def followed(value: dict[str, Any]) -> dict[str, Any]:
    """Follow the reference that an object of the contract may be."""
    while "$ref" in value:
        place: Any = CONTRACT
        for step in value["$ref"].removeprefix("#/").split("/"):
            place = place[step]
        value = place
    return value


def operation_of(request: httpx.Request) -> dict[str, Any]:
    for template, operations in CONTRACT["paths"].items():
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), request.url.path):
            return operations[request.method.lower()]
    raise AssertionError(f"{request.url.path} is not in the contract")


def check(schema: dict[str, Any], value: object) -> None:
    Draft202012Validator({**schema, "components": CONTRACT["components"]}).validate(value)


def check_request(request: httpx.Request) -> None:
    operation = operation_of(request)
    parameters = {parameter["name"]: parameter for parameter in operation.get("parameters", [])}
    for name, value in request.url.params.items():
        schema = parameters[name]["schema"]
        check(schema, int(value) if schema.get("type") == "integer" else value)
    if "requestBody" in operation:
        assert request.headers["content-type"] == MEDIA_TYPE
        check(operation["requestBody"]["content"][MEDIA_TYPE]["schema"], json.loads(request.content))
    else:
        assert request.content == b""


def check_response(request: httpx.Request, response: httpx.Response, body: bytes) -> None:
    responses = operation_of(request)["responses"]
    expected = followed(responses.get(str(response.status_code), responses["default"]))
    if "content" not in expected:
        assert body == b""
        return
    assert response.headers["content-type"] == MEDIA_TYPE
    check(expected["content"][MEDIA_TYPE]["schema"], json.loads(body))


async def walk(provisioner: EngageProvisioner, stand_in: StandIn) -> None:
    """Make every call of the port, from creation to removal, and some that go wrong."""
    stand_in.dns.published = ALL
    await provisioner.probe()
    domain_id = (
        await provisioner.create("mail.example.com", "1/key", DmarcPolicy.NONE, None, "domain-7")
    ).provisioner_id
    await provisioner.create("mail.example.com", "1/key", DmarcPolicy.REJECT, domain_id, "domain-7")
    await provisioner.update(domain_id, None, DmarcPolicy.QUARANTINE)
    await provisioner.deploy(domain_id)
    await provisioner.verify(domain_id)
    for _ in range(200):
        snapshot = await provisioner.get(domain_id)
        if snapshot is None or len(snapshot.events) == len(DeploymentEvent):
            break
        await asyncio.sleep(0.02)
    for mode in ("refuse", "down", "rate_limited", "unauthorized"):
        await stand_in.knob("faults", mode=mode)
        with pytest.raises(BotError):
            await provisioner.update(domain_id, "1/another-key", None)
    await stand_in.knob("faults", mode="ok")
    with pytest.raises(BotError):
        await provisioner.create("not_a_name.example.com", "1/key", DmarcPolicy.NONE, None)
    await provisioner.cancel(domain_id)
    await provisioner.remove(domain_id)
    await provisioner.remove(domain_id)
    assert await provisioner.get(domain_id) is None


@pytest.fixture(scope="module")
def exchanges() -> list[tuple[httpx.Request, httpx.Response, bytes]]:
    """Everything that was said on the walk. (Its loop is its own: the fixture outlives a test's.)"""
    transport = Recording()

    async def record() -> None:
        async with (
            running_stand_in() as stand_in,
            EngageProvisioner(stand_in.url, API_KEY, patience=timedelta(0), transport=transport) as provisioner,
        ):
            await walk(provisioner, stand_in)

    asyncio.run(record())
    return transport.exchanges


def test_the_contract_is_valid_openapi() -> None:
    errors = [error.message for error in OpenAPIV31SpecValidator(CONTRACT).iter_errors()]

    assert errors == []


def test_every_call_of_the_contract_is_made(exchanges: list[tuple[httpx.Request, httpx.Response, bytes]]) -> None:
    made = {operation_of(request)["operationId"] for request, _, _ in exchanges}

    operations = [path[method] for path in CONTRACT["paths"].values() for method in path if method != "parameters"]
    assert made == {operation["operationId"] for operation in operations}


def test_requests_of_the_adapter_conform(exchanges: list[tuple[httpx.Request, httpx.Response, bytes]]) -> None:
    for request, _, _ in exchanges:
        check_request(request)

    assert all(request.headers["authorization"] == f"TD1 {API_KEY}" for request, _, _ in exchanges)


def test_responses_of_the_stand_in_conform(exchanges: list[tuple[httpx.Request, httpx.Response, bytes]]) -> None:
    for request, response, body in exchanges:
        check_response(request, response, body)

    assert {200, 201, 202, 204, 401, 404, 422, 429, 503} <= {response.status_code for _, response, _ in exchanges}


def test_the_write_only_key_never_comes_back(
    exchanges: list[tuple[httpx.Request, httpx.Response, bytes]],
) -> None:
    assert not any(b"1/key" in body or b"writeOnlyApiKey" in body for _, _, body in exchanges)


def test_a_document_beside_the_contract_would_be_noticed() -> None:
    schema = {"$ref": "#/components/schemas/EmailDomain"}

    with pytest.raises(ValidationError):
        check(schema, {"type": "emailDomains", "id": "id-1", "attributes": {"domain": "Mail.Example.Com."}})


@pytest.mark.parametrize(
    ("words", "known"),
    [
        (SCHEMAS["EmailDomain"]["properties"]["attributes"]["properties"]["status"]["enum"], DomainStatus),
        (SCHEMAS["DnsRecord"]["properties"]["purpose"]["enum"], Purpose),
        (SCHEMAS["DnsRecord"]["properties"]["type"]["enum"], RecordType),
        (SCHEMAS["DeploymentEvent"]["properties"]["name"]["enum"], DeploymentEvent),
        (SCHEMAS["DmarcPolicy"]["enum"], DmarcPolicy),
        (
            [
                *SCHEMAS["EmailDomain"]["properties"]["attributes"]["properties"]["verificationStatus"]["enum"],
                "UNKNOWN",
            ],
            Verdict,
        ),
    ],
)
def test_the_words_of_the_contract_are_the_words_we_know(words: list[str], known: type) -> None:
    assert set(words) == {member.value for member in known}
