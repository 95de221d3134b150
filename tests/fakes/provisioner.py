"""A provisioner in memory, with faults to order. It behaves as `tests/contracts/test_provisioner.py` says."""

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.clock import utcnow
from core.errors import BotError, NameTaken, RequestRefused, TransientError
from core.events import Snapshot
from core.records import ExpectedRecord, Purpose, RecordType
from core.sending_domain import DeploymentEvent, DmarcPolicy, Verdict

DKIM_PUBLIC_KEY = (
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA0vOYZNwvvoBnkGbtlhKz7O7tZDehp6YPcdKHQLEiVK0FJ16+zUXuUlBl"
    "LKHtNyQIih5BW98mhmr1MvH86Ual0cbzIYaohnGGbEZFgvhpT4EciCpIGQcMux8GnL/8/yXirZ7cUvLkCZIoItNoL6FJvAZsSlkD"
    "a5mHxluK39fLtPH+qbOMd0j1vogjgcnk2Ckf8j6LhygYrC+bLuM/mlGznfTZLNwIwN+7gFog6rdvHtypwhrDhri7pdkEU0jyH3Ll"
    "TUWIh5AnxcMloBVPvjzQpqIrPP/NRFsTuSh2t9nN2GKNZpfXvSB46O267Y7+3KxHm8c6J/tpT3yvyRzuBcfqywIDAQAB"
)
"""A real RSA-2048 key, as SubjectPublicKeyInfo in base64. Nobody has its private half."""

AT_ONCE = (DeploymentEvent.SECRET, DeploymentEvent.IDENTITY, DeploymentEvent.CDN)
"""The events that need nothing from IT."""


def records_for(domain: str, policy: DmarcPolicy = DmarcPolicy.NONE) -> tuple[ExpectedRecord, ...]:
    """Return the seven records in their usual shape, in purpose order."""
    txt, cname = RecordType.TXT, RecordType.CNAME
    token = "_3f1c5e9a7b2d4860"
    dkim = f"v=DKIM1; k=rsa; p={DKIM_PUBLIC_KEY}"
    return (
        ExpectedRecord(Purpose.SPF, txt, f"bounce.{domain}", "v=spf1 include:amazonses.com ~all"),
        ExpectedRecord(Purpose.DKIM, txt, f"td1._domainkey.{domain}", dkim),
        ExpectedRecord(Purpose.DMARC, txt, f"_dmarc.{domain}", f"v=DMARC1; p={policy.value};", required=False),
        ExpectedRecord(Purpose.CLICK_TRACKING, cname, f"click.{domain}", "click.engage.example"),
        ExpectedRecord(Purpose.IMAGE_HOSTING, cname, f"img.{domain}", "d111111abcdef8.cloudfront.net"),
        ExpectedRecord(Purpose.MX, RecordType.MX, f"bounce.{domain}", "10 feedback-smtp.us-east-1.amazonses.com"),
        ExpectedRecord(Purpose.CERTIFICATE, cname, f"{token}.img.{domain}", f"{token}.jkddzztszm.acm-validations.aws"),
    )


@dataclass
class FakeResource:
    """What the provisioner holds for one domain. Tests may change anything."""

    id: str
    domain: str
    reference: str
    write_only_key: str
    policy: DmarcPolicy
    deploying: bool = False
    records: tuple[ExpectedRecord, ...] = ()
    events: dict[DeploymentEvent, datetime | None] = field(default_factory=dict)
    verdict: Verdict = Verdict.NOT_STARTED
    verdict_word: str = "NOT_STARTED"
    unknown: tuple[str, ...] = ()

    def take(self, policy: DmarcPolicy) -> None:
        """Change the policy, and the DMARC record with it."""
        if policy is not self.policy:
            self.policy = policy
            value = f"v=DMARC1; p={policy.value};"
            self.records = tuple(
                replace(record, value=value) if record.purpose is Purpose.DMARC else record for record in self.records
            )


@dataclass
class Fault:
    """An error to raise: at one operation or at all, so many times or (None) until mended."""

    error: BotError
    operation: str | None = None
    times: int | None = None

    def strikes(self, operation: str) -> bool:
        """Tell whether this call fails, and count it."""
        if self.operation not in (None, operation) or self.times == 0:
            return False
        self.times = None if self.times is None else self.times - 1
        return True


class FakeProvisioner:
    """Keeps resources in `resources`, and every call in `calls` as ``(operation, domain or id)``.

    `records_on_deploy`: whether `deploy` hands out the records and completes the first three events at once.
    """

    name = "Engage"

    def __init__(self, *, clock: Callable[[], datetime] = utcnow, records_on_deploy: bool = True) -> None:
        self.resources: dict[str, FakeResource] = {}
        self.calls: list[tuple[str, str]] = []
        self.faults: list[Fault] = []
        self.records_on_deploy = records_on_deploy
        self.loses_next_answer = False
        self._clock = clock
        self._ids = itertools.count(1)

    # What tests turn

    def fail(self, error: BotError, *, operation: str | None = None, times: int | None = None) -> None:
        """Raise `error` at `operation` (any, if None), so many times or until `mend`."""
        self.faults.append(Fault(error, operation, times))

    def mend(self) -> None:
        """Work again."""
        self.faults.clear()

    def of(self, domain: str) -> FakeResource:
        """Return the resource of this name."""
        return next(resource for resource in self.resources.values() if resource.domain == domain)

    def make_foreign(self, domain: str) -> str:
        """Let somebody else have made `domain`; return its id."""
        return self._make(domain, "their-key", DmarcPolicy.NONE, "theirs").id

    def complete(self, domain: str, *events: DeploymentEvent) -> None:
        """Complete deployment events of `domain` now."""
        self.of(domain).events.update(dict.fromkeys(events, self._clock()))

    def hand_out(self, domain: str, records: Iterable[ExpectedRecord] | None = None) -> None:
        """Hand out these records, or the usual ones."""
        resource = self.of(domain)
        resource.records = records_for(domain, resource.policy) if records is None else tuple(records)

    def say(self, domain: str, word: str) -> None:
        """Let the provisioner's own verification stand at `word`."""
        resource = self.of(domain)
        resource.verdict = Verdict(word) if word in set(Verdict) else Verdict.UNKNOWN
        resource.verdict_word = word
        resource.unknown = () if word in set(Verdict) else (f"verificationStatus {word}",)

    # The port

    async def create(
        self, domain: str, write_only_key: str, policy: DmarcPolicy, recorded_id: str | None, reference: str = ""
    ) -> Snapshot:
        """Get or create."""
        self._called("create", domain)
        found = next((resource for resource in self.resources.values() if resource.domain == domain), None)
        if found is None:
            found = self._make(domain, write_only_key, policy, reference)
            if self.loses_next_answer:
                self.loses_next_answer = False
                raise TransientError("Engage did not answer in time")
        elif found.id != recorded_id and not (reference and found.reference == reference):
            raise NameTaken(f"Engage has {domain} already", found.id)
        else:
            found.write_only_key = write_only_key or found.write_only_key
            found.take(policy)
        return self._describe(found)

    async def update(self, provisioner_id: str, write_only_key: str | None, policy: DmarcPolicy | None) -> Snapshot:
        """Change the key or the policy."""
        resource = self._existing("update", provisioner_id)
        resource.write_only_key = write_only_key or resource.write_only_key
        resource.take(policy or resource.policy)
        return self._describe(resource)

    async def deploy(self, provisioner_id: str) -> Snapshot:
        """Start the deployment; repeated, it starts nothing twice."""
        resource = self._existing("deploy", provisioner_id)
        if not resource.deploying and self.records_on_deploy:
            self.hand_out(resource.domain)
            self.complete(resource.domain, *AT_ONCE)
        resource.deploying = True
        return self._describe(resource)

    async def verify(self, provisioner_id: str) -> Snapshot:
        """Start the provisioner's verification, unless it has succeeded."""
        resource = self._existing("verify", provisioner_id)
        if resource.verdict is not Verdict.SUCCESS:
            self.say(resource.domain, "PENDING")
        return self._describe(resource)

    async def get(self, provisioner_id: str) -> Snapshot | None:
        """Describe, or None."""
        self._called("get", provisioner_id)
        resource = self.resources.get(provisioner_id)
        return self._describe(resource) if resource else None

    async def cancel(self, provisioner_id: str) -> Snapshot | None:
        """Describe: there is nothing to stop at this provisioner."""
        self._called("cancel", provisioner_id)
        resource = self.resources.get(provisioner_id)
        return self._describe(resource) if resource else None

    async def remove(self, provisioner_id: str) -> None:
        """Forget the resource, if there is one."""
        self._called("remove", provisioner_id)
        self.resources.pop(provisioner_id, None)

    async def probe(self) -> None:
        """Do nothing, successfully, unless a fault is ordered."""
        self._called("probe", "")

    # Inside

    def _called(self, operation: str, subject: str) -> None:
        self.calls.append((operation, subject))
        for fault in self.faults:
            if fault.strikes(operation):
                raise fault.error

    def _make(self, domain: str, write_only_key: str, policy: DmarcPolicy, reference: str) -> FakeResource:
        resource = FakeResource(f"fake-{next(self._ids)}", domain, reference, write_only_key, policy)
        self.resources[resource.id] = resource
        return resource

    def _existing(self, operation: str, provisioner_id: str) -> FakeResource:
        self._called(operation, provisioner_id)
        if provisioner_id not in self.resources:
            raise RequestRefused(f"There is no email domain {provisioner_id}", operation, "Create the domain again.")
        return self.resources[provisioner_id]

    def _describe(self, resource: FakeResource) -> Snapshot:
        return Snapshot(
            provisioner_id=resource.id,
            records=resource.records,
            events=dict(resource.events),
            verdict=resource.verdict,
            verdict_word=resource.verdict_word,
            asked_at=self._clock(),
            unknown=resource.unknown,
        )
