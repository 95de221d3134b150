"""Every queued notice as a message, or as a file."""

from bot.messages.alerts import render_alert, render_evidence, render_resolution
from bot.messages.check import render_check, render_preflight
from bot.messages.invites import render_channel_lost
from bot.messages.message import Context, Message, Snippet
from bot.messages.personal import render_adoption, render_deployment, render_dm, render_look_result
from bot.messages.thread import render_reply
from bot.messages.zone import render_table, render_zone_file
from core.notices import (
    AdoptionOffered,
    Alert,
    AlertResolved,
    ChannelLost,
    CheckResult,
    DeployRecordsReady,
    DeployRefused,
    DmActive,
    DmChannelLost,
    DmFailed,
    EvidenceFile,
    LookResult,
    Notice,
    PreflightFound,
    RecordsSent,
    ThreadNotice,
    ZoneFile,
    ZoneTable,
)


def render_notice(notice: Notice, ctx: Context) -> Message | Snippet:
    """Render a notice in its subject's language. The card has its own renderer, since it carries no facts."""
    match notice:
        case ThreadNotice():
            return render_reply(notice)
        case Alert():
            return render_alert(notice, ctx)
        case ZoneTable():
            return render_table(notice.subject, notice.records, notice.subject.language).message()
        case ZoneFile() | RecordsSent() | EvidenceFile():
            return _file(notice)
        case AlertResolved():
            return render_resolution(notice)
        case _:
            return _personal(notice, ctx)


def _file(notice: ZoneFile | RecordsSent | EvidenceFile) -> Snippet:
    if isinstance(notice, EvidenceFile):
        return render_evidence(notice)
    return render_zone_file(notice.subject, notice.records, notice.made_at)


def _personal(notice: Notice, ctx: Context) -> Message:
    match notice:
        case DmActive() | DmFailed():
            return render_dm(notice, ctx)
        case DeployRecordsReady() | DeployRefused():
            return render_deployment(notice, ctx)
        case PreflightFound():
            return render_preflight(notice)
        case CheckResult():
            return render_check(notice)
        case AdoptionOffered():
            return render_adoption(notice)
        case LookResult():
            return render_look_result(notice)
        case ChannelLost() | DmChannelLost():
            return render_channel_lost(notice, ctx)
        case _:
            message = f"no text for {type(notice).__name__}"
            raise TypeError(message)
