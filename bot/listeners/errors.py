"""What goes wrong, said to the asker; and the last net, under which no request of Slack's goes unanswered."""

from collections.abc import Awaitable, Callable

import structlog
from slack_bolt.response import BoltResponse

from bot.listeners.clicks import Body, Click
from bot.listeners.parts import Listening
from bot.listeners.visits import RolesUnread, Visit
from core.errors import (
    BotError,
    ConfigurationError,
    ConflictError,
    DatabaseBusy,
    DomainNotFound,
    InvalidDomainName,
    NotAllowed,
)
from core.notices.answers import Answer, Broken, Busy, DeniedUnread, InvalidName

log = structlog.get_logger(__name__)
Serve = Callable[[Visit], Awaitable[None]]


async def attend(parts: Listening, body: Body, serve: Serve, *, aloud: bool = True) -> None:
    """Find out who it is, serve them, and answer whatever goes wrong. Nothing is raised.

    An exception that left a listener within some ten milliseconds of its acknowledgement would make Bolt
    forget that it was acknowledged. `aloud` off leaves the asker alone with failures: they asked for nothing.
    """
    visit = Visit(parts, Click.of(body))
    try:
        await visit.identify()
        await serve(visit)
    except Exception as error:  # noqa: BLE001 -- the loop's edge: logged with a reference that the asker is shown
        await _answer_failure(visit, error, aloud=aloud)


async def _answer_failure(visit: Visit, error: Exception, *, aloud: bool) -> None:
    try:
        answer = await _as_answer(visit, error)
        if answer is None:
            answer = Broken(ref=_logged(visit, error))
        if aloud:
            await visit.answer(answer)
    except Exception:
        # Slack itself may be what is broken. There is nobody left to tell but the log.
        log.exception("listener.unanswered", click=visit.click.click_id, first=type(error).__name__)


async def _as_answer(visit: Visit, error: Exception) -> Answer | None:
    """Return what the error means to the asker; None if it means nothing to them."""
    match error:
        case RolesUnread():
            log.warning("listener.roles_unread", error=str(error))
            return DeniedUnread()
        case NotAllowed():
            return await visit.denied(visit.verb)
        case DomainNotFound():
            return await visit.unknown(error.name)
        case InvalidDomainName():
            return InvalidName(reason=error.reason, facts=error.facts)
        case DatabaseBusy() | ConflictError():
            return Busy()
        case _:
            return None


def _logged(visit: Visit, error: Exception) -> str:
    ref = visit.parts.new_ref()
    told = {"ref": ref, "verb": visit.verb.value, "action": visit.click.action_id, "user": visit.click.user_id}
    if isinstance(error, BotError | ConfigurationError):
        log.error("listener.refused", error=str(error), **told)
    else:
        log.error("listener.failed", exc_info=error, **told)
    return ref


async def catch(parts: Listening, error: Exception, body: Body) -> BoltResponse:
    """Answer for what went wrong outside of any listener: Bolt's own errors, requests that nobody serves."""
    visit = Visit(parts, Click.of(body))
    ref = _logged(visit, error)
    if visit.click.user_id and not visit.click.in_home:
        try:
            await visit.answer(Broken(ref=ref))
        except Exception:
            log.exception("listener.unanswered", ref=ref)
    return BoltResponse(status=200, body="")
