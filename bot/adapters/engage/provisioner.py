"""The port `Provisioner`, by the calls of `docs/engage-api.yaml`."""

from collections.abc import Callable
from datetime import datetime, timedelta
from http import HTTPStatus
from types import TracebackType
from typing import NoReturn, Self
from urllib.parse import quote

import httpx

from bot.adapters.engage import documents
from bot.adapters.engage.documents import EmailDomain
from bot.adapters.engage.fields import nonsense
from bot.adapters.engage.refusals import has_errors, translated
from bot.adapters.engage.transport import Reply, Transport
from bot.clock import utcnow
from core.errors import NameTaken, TransientError
from core.events import Snapshot
from core.sending_domain import DmarcPolicy

_DOMAINS = "/api/email_domains"
_PATIENCE = timedelta(seconds=5)
_TIME_LIMIT = timedelta(seconds=10)


class EngageProvisioner:
    """Email domains of one Treasure Data account. Close it with `aclose`, or use it as a context manager.

    Raises `ConfigurationError`, naming `ENGAGE_API_URL` or `ENGAGE_API_KEY`, for settings that cannot work.
    """

    name = "Engage"

    def __init__(
        self,
        url: str,
        api_key: str,
        *,
        clock: Callable[[], datetime] = utcnow,
        patience: timedelta = _PATIENCE,
        time_limit: timedelta = _TIME_LIMIT,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._clock = clock
        self._transport = Transport(
            url, api_key, clock=clock, patience=patience, time_limit=time_limit, transport=transport
        )

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._transport!r})"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._transport.aclose()

    async def create(
        self, domain: str, write_only_key: str, policy: DmarcPolicy, recorded_id: str | None, reference: str = ""
    ) -> Snapshot:
        """Get or create. One that exists and is ours is given this key and policy, as a new one would be.

        Bears repetition at every point: where a creation was accepted and its answer lost, the next attempt finds the
        resource by name and knows it by `reference`.
        """
        found = await self._find(domain)
        if found is None:
            made = await self._make(domain, write_only_key, policy, reference)
            if made is not None:
                return made
            found = await self._find(domain)
        if found is None:
            raise TransientError(f"Engage says that {domain} exists, but does not show it")
        if found.id != recorded_id and not (reference and found.reference == reference):
            raise NameTaken(f"Engage has {domain} already, under an id that was not recorded here", found.id)
        return await self.update(found.id, write_only_key, policy)

    async def update(self, provisioner_id: str, write_only_key: str | None, policy: DmarcPolicy | None) -> Snapshot:
        """Change the key or the policy; without either, describe."""
        attributes = {
            **({"writeOnlyApiKey": write_only_key} if write_only_key else {}),
            **({"dmarcPolicy": policy.value} if policy else {}),
        }
        if not attributes:
            return await self._describe(provisioner_id, "update")
        document = {"data": {"type": "emailDomains", "id": provisioner_id, "attributes": attributes}}
        secrets = (write_only_key,) if write_only_key else ()
        reply = await self._transport.send("PATCH", _path(provisioner_id), document=document, secrets=secrets)
        return self._snapshot(self._expect(reply, "update", secrets), provisioner_id)

    async def deploy(self, provisioner_id: str) -> Snapshot:
        """Start the deployment; one that runs already is only described."""
        return await self._start(provisioner_id, "deploy")

    async def verify(self, provisioner_id: str) -> Snapshot:
        """Start the verification, or start it again; one that runs already is only described."""
        return await self._start(provisioner_id, "verify")

    async def get(self, provisioner_id: str) -> Snapshot | None:
        """Describe, or None. Only the API's own 404 means that there is none."""
        reply = await self._transport.send("GET", _path(provisioner_id))
        return None if _is_gone(reply) else self._snapshot(self._expect(reply, "describe"), provisioner_id)

    async def cancel(self, provisioner_id: str) -> Snapshot | None:
        """Describe: the contract has no call that stops a deployment."""
        return await self.get(provisioner_id)

    async def remove(self, provisioner_id: str) -> None:
        """Tear down. Only the API's own 404 means that there is nothing left to do."""
        reply = await self._transport.send("DELETE", _path(provisioner_id))
        if not _is_gone(reply):
            self._expect(reply, "remove")

    async def probe(self) -> None:
        """List one email domain: that needs the address and the key, and changes nothing."""
        reply = await self._transport.send("GET", _DOMAINS, params={"page[size]": "1"})
        documents.several(self._expect(reply, "list").document)

    async def _find(self, domain: str) -> EmailDomain | None:
        """Return the resource of exactly this name. The API's filter is not taken at its word."""
        reply = await self._transport.send("GET", _DOMAINS, params={"filter[domain]": domain})
        resources = documents.several(self._expect(reply, "create").document)
        return next((resource for resource in resources if resource.domain == domain), None)

    async def _make(self, domain: str, write_only_key: str, policy: DmarcPolicy, reference: str) -> Snapshot | None:
        """Create; None if somebody (this very call, a moment ago, perhaps) was first."""
        attributes = {
            "domain": domain,
            "writeOnlyApiKey": write_only_key,
            "dmarcPolicy": policy.value,
            **({"reference": reference} if reference else {}),
        }
        document = {"data": {"type": "emailDomains", "attributes": attributes}}
        reply = await self._transport.send("POST", _DOMAINS, document=document, secrets=(write_only_key,))
        if reply.status == HTTPStatus.CONFLICT:
            return None
        return self._snapshot(self._expect(reply, "create", (write_only_key,)), domain=domain)

    async def _start(self, provisioner_id: str, step: str) -> Snapshot:
        reply = await self._transport.send("POST", f"{_path(provisioner_id)}/{step}")
        if reply.status == HTTPStatus.CONFLICT:
            return await self._describe(provisioner_id, step)
        return self._snapshot(self._expect(reply, step), provisioner_id)

    async def _describe(self, provisioner_id: str, step: str) -> Snapshot:
        reply = await self._transport.send("GET", _path(provisioner_id))
        return self._snapshot(self._expect(reply, step), provisioner_id)

    def _expect(self, reply: Reply, step: str, secrets: tuple[str, ...] = ()) -> Reply:
        if not reply.accepted:
            raise translated(reply.status, reply.document, step, (self._transport.api_key, *secrets))
        return reply

    def _snapshot(self, reply: Reply, provisioner_id: str | None = None, *, domain: str | None = None) -> Snapshot:
        """Read the one resource of a reply, which must be the one that was asked about."""
        resource = documents.one(reply.document)
        if provisioner_id is not None and resource.id != provisioner_id:
            _mixed_up(resource, provisioner_id)
        if domain is not None and resource.domain != domain:
            _mixed_up(resource, domain)
        return documents.snapshot(resource, self._clock())


def _mixed_up(resource: EmailDomain, asked: str) -> NoReturn:
    nonsense(f"it describes another email domain ({resource.id}) than the one asked about ({asked})")


def _path(provisioner_id: str) -> str:
    return f"{_DOMAINS}/{quote(provisioner_id, safe='')}"


def _is_gone(reply: Reply) -> bool:
    return reply.status == HTTPStatus.NOT_FOUND and has_errors(reply.document)
