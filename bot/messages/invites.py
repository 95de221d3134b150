"""A channel that cannot be posted to: what somebody who can read this is to do there."""

from bot.messages.draft import Draft
from bot.messages.lines import Line, Mention, MentionKind
from bot.messages.message import Context, Message
from bot.messages.voice import Voice
from core.notices import ChannelLost, DmChannelLost

_KEYS = {
    "is_archived": "invite.archived",
    "restricted_action": "invite.restricted",
    "restricted_action_read_only_channel": "invite.restricted",
}


def invite_line(voice: Voice, channel: str, bot: str, reason: str = "") -> Line:
    """Say that `channel` cannot be posted to, and how to mend it, as `reason` (Slack's word) demands."""
    key = _KEYS.get(reason, "invite")
    facts = {"bot": bot} if key == "invite" else {}
    return voice.say(key, channel=Mention(MentionKind.CHANNEL, channel), **facts)


def render_channel_lost(notice: ChannelLost | DmChannelLost, ctx: Context) -> Message:
    """Tell support, or an admin, that messages wait for a channel."""
    draft = Draft(notice.subject.language)
    draft.say(invite_line(draft.voice, notice.channel, ctx.places.bot_name, notice.reason))
    return draft.message()
