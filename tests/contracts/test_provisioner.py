"""What the services rely on in any provisioner: the fake and the Engage adapter, over a real socket, alike."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Protocol

import pytest

from bot.adapters.engage import EngageProvisioner
from bot.ports import Provisioner
from core.errors import ConfigurationError, NameTaken, RequestRefused, TransientError
from core.events import Snapshot
from core.records import Purpose, RecordType
from core.sending_domain import DeploymentEvent, DmarcPolicy, Verdict
from tests.fakes.engage_stand_in import API_KEY, StandIn, running_stand_in
from tests.fakes.provisioner import FakeProvisioner

NAME = "mail.example.com"
KEY = "1/write-only-key-of-the-tests"
REFERENCE = "domain-7"
NONE = DmarcPolicy.NONE


class Subject(Protocol):
    """A provisioner, and what a test can do to it behind its back."""

    provisioner: Provisioner

    async def make_foreign(self, name: str) -> str: ...
    async def count(self, name: str) -> int: ...
    async def lose_next_answer(self) -> None: ...
    async def refuse(self, words: str) -> None: ...
    async def be_down(self) -> None: ...
    async def limit_rate(self, seconds: int) -> None: ...
    async def refuse_key(self) -> None: ...
    async def speak_oddly(self) -> None: ...


class FakeSubject:
    def __init__(self) -> None:
        self.provisioner = FakeProvisioner()

    async def make_foreign(self, name: str) -> str:
        return self.provisioner.make_foreign(name)

    async def count(self, name: str) -> int:
        return sum(resource.domain == name for resource in self.provisioner.resources.values())

    async def lose_next_answer(self) -> None:
        self.provisioner.loses_next_answer = True

    async def refuse(self, words: str) -> None:
        self.provisioner.fail(RequestRefused(words, "create", "Correct what was entered and try again."))

    async def be_down(self) -> None:
        self.provisioner.fail(TransientError("Engage: HTTP status 503"))

    async def limit_rate(self, seconds: int) -> None:
        self.provisioner.fail(TransientError("Engage: HTTP status 429", timedelta(seconds=seconds)))

    async def refuse_key(self) -> None:
        self.provisioner.fail(ConfigurationError(["ENGAGE_API_KEY: the key is not accepted by Engage (401)"]))

    async def speak_oddly(self) -> None:
        self.provisioner.say(NAME, "HALF_VERIFIED")


class EngageSubject:
    def __init__(self, provisioner: EngageProvisioner, stand_in: StandIn) -> None:
        self.provisioner = provisioner
        self._stand_in = stand_in

    async def make_foreign(self, name: str) -> str:
        attributes = {"domain": name, "writeOnlyApiKey": "theirs", "dmarcPolicy": "none", "reference": "theirs"}
        response = await self._stand_in.call("POST", "", attributes)
        return response.json()["data"]["id"]

    async def count(self, name: str) -> int:
        return sum(domain.domain == name for domain in self._stand_in.engine.shelf)

    async def lose_next_answer(self) -> None:
        await self._stand_in.knob("faults", mode="lost_answer", operation="create", times=1)

    async def refuse(self, words: str) -> None:
        await self._stand_in.knob("faults", mode="refuse", detail=words)

    async def be_down(self) -> None:
        await self._stand_in.knob("faults", mode="down")

    async def limit_rate(self, seconds: int) -> None:
        await self._stand_in.knob("faults", mode="rate_limited", retry_after=str(seconds))

    async def refuse_key(self) -> None:
        await self._stand_in.knob("faults", mode="unauthorized")

    async def speak_oddly(self) -> None:
        await self._stand_in.knob("faults", mode="odd_words")


@pytest.fixture(params=["fake", "engage"])
async def subject(request: pytest.FixtureRequest) -> AsyncIterator[Subject]:
    if request.param == "fake":
        yield FakeSubject()
        return
    # No patience: a fault must surface at the first try, and the test not wait for the others.
    async with (
        running_stand_in() as stand_in,
        EngageProvisioner(stand_in.url, API_KEY, patience=timedelta(0)) as engage,
    ):
        yield EngageSubject(engage, stand_in)


async def made(subject: Subject) -> str:
    snapshot = await subject.provisioner.create(NAME, KEY, NONE, None, REFERENCE)
    return snapshot.provisioner_id


async def deployed(subject: Subject) -> Snapshot:
    """Deploy, and wait until everything is there that needs nothing from IT."""
    provisioner_id = await made(subject)
    await subject.provisioner.deploy(provisioner_id)
    for _ in range(200):
        snapshot = await subject.provisioner.get(provisioner_id)
        assert snapshot is not None
        if snapshot.records and len(snapshot.events) == 3:
            return snapshot
        await asyncio.sleep(0.02)
    raise AssertionError("the deployment never came to its records and events")


async def test_a_new_domain_has_an_id_and_nothing_else(subject: Subject) -> None:
    snapshot = await subject.provisioner.create(NAME, KEY, NONE, None, REFERENCE)

    assert snapshot.provisioner_id
    assert snapshot.records == ()
    assert snapshot.events == {}
    assert snapshot.verdict is Verdict.NOT_STARTED
    assert snapshot.asked_at.tzinfo is not None


async def test_creating_again_gives_the_recorded_one(subject: Subject) -> None:
    provisioner_id = await made(subject)

    again = await subject.provisioner.create(NAME, KEY, NONE, provisioner_id)

    assert again.provisioner_id == provisioner_id
    assert await subject.count(NAME) == 1


async def test_what_somebody_else_made_is_not_taken_over(subject: Subject) -> None:
    foreign_id = await subject.make_foreign(NAME)

    with pytest.raises(NameTaken) as caught:
        await subject.provisioner.create(NAME, KEY, NONE, None, REFERENCE)

    assert caught.value.provisioner_id == foreign_id


async def test_another_recorded_id_does_not_make_it_ours(subject: Subject) -> None:
    await subject.make_foreign(NAME)

    with pytest.raises(NameTaken):
        await subject.provisioner.create(NAME, KEY, NONE, "another-id", REFERENCE)


async def test_what_somebody_else_made_can_be_adopted_by_recording_its_id(subject: Subject) -> None:
    foreign_id = await subject.make_foreign(NAME)

    adopted = await subject.provisioner.create(NAME, KEY, NONE, foreign_id, REFERENCE)

    assert adopted.provisioner_id == foreign_id


async def test_a_creation_whose_answer_was_lost_is_known_by_its_reference(subject: Subject) -> None:
    await subject.lose_next_answer()
    with pytest.raises(TransientError):
        await subject.provisioner.create(NAME, KEY, NONE, None, REFERENCE)

    found = await subject.provisioner.create(NAME, KEY, NONE, None, REFERENCE)

    assert found.provisioner_id
    assert await subject.count(NAME) == 1


async def test_a_creation_whose_answer_was_lost_is_not_taken_by_another_reference(subject: Subject) -> None:
    await subject.lose_next_answer()
    with pytest.raises(TransientError):
        await subject.provisioner.create(NAME, KEY, NONE, None, REFERENCE)

    with pytest.raises(NameTaken):
        await subject.provisioner.create(NAME, KEY, NONE, None, "domain-8")


async def test_no_reference_is_not_a_common_reference(subject: Subject) -> None:
    await subject.provisioner.create(NAME, KEY, NONE, None)

    with pytest.raises(NameTaken):
        await subject.provisioner.create(NAME, KEY, NONE, None)


async def test_a_deployment_hands_out_the_records_and_completes_what_needs_nobody(subject: Subject) -> None:
    snapshot = await deployed(subject)

    assert [record.purpose for record in snapshot.records] == list(Purpose)
    assert [record.purpose for record in snapshot.records if not record.required] == [Purpose.DMARC]
    assert all(record.name.endswith(NAME) for record in snapshot.records)
    assert set(snapshot.events) == {DeploymentEvent.SECRET, DeploymentEvent.IDENTITY, DeploymentEvent.CDN}
    assert all(at is not None and at.tzinfo is not None for at in snapshot.events.values())


async def test_the_records_have_the_usual_shape(subject: Subject) -> None:
    records = {record.purpose: record for record in (await deployed(subject)).records}

    assert records[Purpose.SPF].value.startswith("v=spf1 include:amazonses.com")
    assert records[Purpose.SPF].name == records[Purpose.MX].name == f"bounce.{NAME}"
    assert records[Purpose.MX].value == "10 feedback-smtp.us-east-1.amazonses.com"
    assert len(records[Purpose.DKIM].value) > 255
    assert records[Purpose.DMARC].value == "v=DMARC1; p=none;"
    assert records[Purpose.CERTIFICATE].type is RecordType.CNAME
    assert records[Purpose.CERTIFICATE].name.endswith(f".img.{NAME}")


async def test_deploying_again_changes_no_record(subject: Subject) -> None:
    before = await deployed(subject)

    await subject.provisioner.deploy(before.provisioner_id)

    after = await subject.provisioner.get(before.provisioner_id)
    assert after is not None
    assert after.records == before.records


async def test_the_policy_can_be_changed(subject: Subject) -> None:
    before = await deployed(subject)

    after = await subject.provisioner.update(before.provisioner_id, "another-key", DmarcPolicy.REJECT)

    changed = set(after.records) - set(before.records)
    assert [record.value for record in changed] == ["v=DMARC1; p=reject;"]


async def test_creating_what_is_ours_gives_it_the_policy_that_was_entered(subject: Subject) -> None:
    before = await deployed(subject)

    after = await subject.provisioner.create(NAME, KEY, DmarcPolicy.QUARANTINE, before.provisioner_id)

    assert "v=DMARC1; p=quarantine;" in {record.value for record in after.records}


async def test_verifying_is_pending_until_the_records_are_seen(subject: Subject) -> None:
    provisioner_id = (await deployed(subject)).provisioner_id

    snapshot = await subject.provisioner.verify(provisioner_id)

    assert snapshot.verdict is Verdict.PENDING
    assert snapshot.verdict_word == "PENDING"


async def test_cancelling_leaves_a_description(subject: Subject) -> None:
    before = await deployed(subject)

    snapshot = await subject.provisioner.cancel(before.provisioner_id)

    assert snapshot is not None
    assert snapshot.records == before.records


async def test_what_is_not_there_is_none_to_describe_or_cancel(subject: Subject) -> None:
    assert await subject.provisioner.get("not-there") is None
    assert await subject.provisioner.cancel("not-there") is None


@pytest.mark.parametrize("operation", ["deploy", "verify"])
async def test_what_is_not_there_cannot_be_started(subject: Subject, operation: str) -> None:
    with pytest.raises(RequestRefused) as caught:
        await getattr(subject.provisioner, operation)("not-there")

    assert caught.value.step == operation
    assert caught.value.remedy


async def test_removing_leaves_nothing_and_bears_repetition(subject: Subject) -> None:
    provisioner_id = await made(subject)

    await subject.provisioner.remove(provisioner_id)
    await subject.provisioner.remove(provisioner_id)

    assert await subject.provisioner.get(provisioner_id) is None


async def test_a_refusal_is_told_in_the_words_of_the_provisioner(subject: Subject) -> None:
    await subject.refuse("The domain is on a blocklist.")

    with pytest.raises(RequestRefused, match="on a blocklist") as caught:
        await subject.provisioner.create(NAME, KEY, NONE, None, REFERENCE)

    assert caught.value.step == "create"
    assert caught.value.remedy


async def test_a_provisioner_that_is_down_may_come_back(subject: Subject) -> None:
    await subject.be_down()

    with pytest.raises(TransientError):
        await subject.provisioner.create(NAME, KEY, NONE, None, REFERENCE)


async def test_a_rate_limit_says_when_to_come_back(subject: Subject) -> None:
    await subject.limit_rate(60)

    with pytest.raises(TransientError) as caught:
        await subject.provisioner.get("any-id")

    assert caught.value.retry_after == timedelta(seconds=60)


async def test_a_refused_key_is_the_operators_business(subject: Subject) -> None:
    await subject.refuse_key()

    with pytest.raises(ConfigurationError, match="ENGAGE_API_KEY"):
        await subject.provisioner.probe()


async def test_probing_changes_nothing(subject: Subject) -> None:
    await subject.provisioner.probe()

    assert await subject.count(NAME) == 0


async def test_new_words_are_reported_and_never_taken_for_a_verdict(subject: Subject) -> None:
    provisioner_id = await made(subject)
    await subject.speak_oddly()

    snapshot = await subject.provisioner.get(provisioner_id)

    assert snapshot is not None
    assert snapshot.verdict is Verdict.UNKNOWN
    assert snapshot.verdict_word == "HALF_VERIFIED"
    assert "verificationStatus HALF_VERIFIED" in snapshot.unknown
