"""What goes wrong, said to the asker; and the last net, under which no request of Slack's goes unanswered."""

from collections.abc import Awaitable, Callable
from contextlib import nullcontext, suppress
from datetime import timedelta

import structlog
from slack_bolt.response import BoltResponse

from bot.causes import caused_by
from bot.clock import stopwatch
from bot.listeners.clicks import Body, Click
from bot.listeners.parts import Listening
from bot.listeners.replies import FormClosed
from bot.listeners.visits import RolesUnread, TooFast, Unanswered, Visit
from bot.listeners.waiting import after
from core.errors import (
    BotError,
    ConfigurationError,
    ConflictError,
    DatabaseBusy,
    DomainNotFound,
    InvalidDomainName,
    NotAllowed,
    UserError,
)
from core.notices.answers import Answer, Broken, Busy, DeniedUnread, FormLate, InvalidName, SlowDown, TakesLong

log = structlog.get_logger(__name__)
Serve = Callable[[Visit], Awaitable[None]]


async def attend(parts: Listening, body: Body, serve: Serve, *, aloud: bool = True) -> None:
    """Find out who it is, serve them, and answer whatever goes wrong. Nothing is raised.

    An exception that left a listener within some ten milliseconds of its acknowledgement would make Bolt
    forget that it was acknowledged. `aloud` off leaves the asker alone with failures: they asked for nothing.
    Whoever has been shown nothing by the time that is `parts.soon` is told that it takes longer.
    """
    visit = Visit(parts, Click.of(body))

    async def reassure() -> None:
        await _reassure(visit)

    took = stopwatch()
    with parts.underway.one(), caused_by("request", visit.ref, user=visit.click.user_id):
        with after(parts.soon, reassure) if aloud else nullcontext():
            outcome = await _serve(visit, serve, aloud=aloud)
        about = {"verb": visit.verb.value, "action": visit.click.action_id or visit.click.form, "outcome": outcome}
        log.info(
            "request.served", **about, click=visit.click.click_id, took_ms=round(took() / timedelta(milliseconds=1))
        )
    parts.meter.request(outcome, took())


async def _serve(visit: Visit, serve: Serve, *, aloud: bool) -> str:
    try:
        if aloud:
            visit.keep_pace()
        await visit.identify()
        await serve(visit)
    except Exception as error:  # noqa: BLE001 -- the loop's edge: logged with a reference that the asker is shown
        await _answer_failure(visit, error, aloud=aloud)
        return "refused" if isinstance(error, UserError | TooFast | FormClosed) else "failed"
    return "answered"


async def _reassure(visit: Visit) -> None:
    try:
        if await visit.reassure(TakesLong(ref=visit.ref)):
            log.warning("listener.slow", **_told(visit))
    except Exception:
        log.exception("listener.unanswered", **_told(visit))


async def _answer_failure(visit: Visit, error: Exception, *, aloud: bool) -> None:
    if isinstance(error, Unanswered):
        # It was done, perhaps. To say that it did not work would be wrong.
        log.error("listener.unanswered", error=str(error), **_told(visit))
        return
    try:
        answer = await _as_answer(visit, error)
        if answer is None:
            answer = Broken(ref=_logged(visit, error))
        if aloud:
            await visit.answer(answer)
    except Exception:
        # Slack itself may be what is broken. There is nobody left to tell but the log.
        log.exception("listener.unanswered", first=type(error).__name__, **_told(visit))


async def _as_answer(visit: Visit, error: Exception) -> Answer | None:
    """Return what the error means to the asker; None if it means nothing to them."""
    match error:
        case RolesUnread():
            log.warning("listener.roles_unread", error=str(error))
            return DeniedUnread(ref=visit.ref)
        case TooFast():
            await _learn_language(visit)
            log.info("listener.too_fast", user=visit.click.user_id, wait=error.wait.total_seconds())
            return SlowDown(most=visit.parts.pace.burst, wait=error.wait, ref=visit.ref)
        case FormClosed():
            return FormLate(problems=error.problems)
        case NotAllowed():
            return await visit.denied(visit.verb)
        case DomainNotFound():
            return await visit.unknown(error.name)
        case InvalidDomainName():
            return InvalidName(reason=error.reason, facts=error.facts)
        case DatabaseBusy() | ConflictError():
            return Busy(ref=visit.ref)
        case _:
            return None


async def _learn_language(visit: Visit) -> None:
    with suppress(RolesUnread):
        await visit.identify()


def _logged(visit: Visit, error: Exception) -> str:
    if isinstance(error, BotError | ConfigurationError):
        log.error("listener.refused", error=str(error), **_told(visit))
    else:
        log.error("listener.failed", exc_info=error, **_told(visit))
    return visit.ref


def _told(visit: Visit) -> dict[str, str]:
    return {
        "ref": visit.ref,
        "verb": visit.verb.value,
        "action": visit.click.action_id,
        "user": visit.click.user_id,
        "click": visit.click.click_id,
    }


async def catch(parts: Listening, error: Exception, body: Body) -> BoltResponse:
    """Answer for what went wrong outside of any listener: Bolt's own errors, requests that nobody serves."""
    try:
        visit = Visit(parts, Click.of(body))
        parts.meter.request("failed", timedelta())
        with caused_by("request", visit.ref, user=visit.click.user_id):
            ref = _logged(visit, error)
            if visit.click.user_id and not visit.click.in_home:
                await visit.answer(Broken(ref=ref))
    except Exception:
        log.exception("listener.unanswered", first=type(error).__name__)
    return BoltResponse(status=200, body="")
