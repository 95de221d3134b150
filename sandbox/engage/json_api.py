"""Documents of JSON:API (https://jsonapi.org/format/1.1/): what comes in, checked; what goes out."""

import re
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse

from sandbox.engage.domains import EmailDomain
from sandbox.engage.records import Record

MEDIA_TYPE = "application/vnd.api+json"
LARGEST_BODY = 64 * 1024
_NAME = re.compile(r"(?=.{4,200}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")
_POLICIES = ("none", "quarantine", "reject")


class Answer(JSONResponse):
    """A document."""

    media_type = MEDIA_TYPE


class Refusal(Exception):
    """The request is refused; becomes a document with one error."""

    def __init__(self, status: int, code: str, detail: str, pointer: str | None = None, **headers: str) -> None:
        super().__init__(detail)
        self.status = status
        self.headers = headers
        self.document = {
            "errors": [
                {
                    "status": str(status),
                    "code": code,
                    "detail": detail,
                    **({"source": {"pointer": pointer}} if pointer else {}),
                }
            ]
        }


async def attributes_of(request: Request, domain_id: str | None = None) -> Mapping[str, Any]:
    """Return the attributes of a resource that was sent, checked. Raises `Refusal`."""
    if request.headers.get("content-type", "").split(";")[0].strip() != MEDIA_TYPE:
        raise Refusal(415, "media_type", f"The body must be {MEDIA_TYPE}.")
    body = await request.body()
    if len(body) > LARGEST_BODY:
        raise Refusal(413, "too_large", "The body is too large.")
    try:
        document = await request.json()
        data = document["data"]
        kind, sent_id, attributes = data["type"], data.get("id"), dict(data["attributes"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Refusal(400, "syntax", "The body is not a JSON:API document.") from error
    if kind != "emailDomains" or sent_id != domain_id:
        raise Refusal(409, "type", "The resource is of another type or id.", "/data")
    _check(attributes, new=domain_id is None)
    return attributes


def _check(attributes: Mapping[str, Any], *, new: bool) -> None:
    known = {"writeOnlyApiKey", "dmarcPolicy"} | ({"domain", "reference"} if new else set())
    for name in attributes:
        if name not in known:
            raise _invalid(name, "is not an attribute that can be set")
    if new and not _NAME.fullmatch(str(attributes.get("domain"))):
        raise _invalid("domain", "is not a domain name")
    if (new or "dmarcPolicy" in attributes) and attributes.get("dmarcPolicy") not in _POLICIES:
        raise _invalid("dmarcPolicy", f"is not one of {', '.join(_POLICIES)}")
    if (new or "writeOnlyApiKey" in attributes) and not _is_text(attributes.get("writeOnlyApiKey")):
        raise _invalid("writeOnlyApiKey", "is missing")
    if "reference" in attributes and not _is_text(attributes["reference"]):
        raise _invalid("reference", "is not text")


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _invalid(name: str, why: str) -> Refusal:
    return Refusal(422, "invalid", f"{name} {why}", f"/data/attributes/{name}")


def resource(domain: EmailDomain, records: list[Record]) -> dict[str, Any]:
    """Return the email domain as a resource object."""
    attributes = {
        "domain": domain.domain,
        "reference": domain.reference,
        "dmarcPolicy": domain.policy,
        "status": domain.status,
        "verificationStatus": domain.forced or domain.verification,
        "dnsRecords": records,
        "deploymentEvents": [{"name": name, "completedAt": at} for name, at in domain.events.items()],
        "createdAt": domain.created_at,
    }
    return {"type": "emailDomains", "id": domain.id, "attributes": attributes}


def spoilt(resource_object: Mapping[str, Any], mode: str) -> dict[str, Any]:
    """Return a resource as an API of another version (`odd_words`) or a broken one (`odd_types`) might send it."""
    attributes = dict(resource_object["attributes"])
    if mode == "odd_words":
        logo = {"purpose": "BIMI", "type": "TXT", "name": f"default._bimi.{attributes['domain']}", "value": "v=BIMI1;"}
        attributes["status"] = "HIBERNATING"
        attributes["verificationStatus"] = "HALF_VERIFIED"
        attributes["dnsRecords"] = [*attributes["dnsRecords"], logo]
        attributes["deploymentEvents"] = [*attributes["deploymentEvents"], {"name": "UPDATE_TO_BIMI_COMPLETED"}]
        attributes["mood"] = {"bright": True}
    else:
        attributes["verificationStatus"] = 42
        attributes["dnsRecords"] = {"SPF": True}
    return {**resource_object, "attributes": attributes}
