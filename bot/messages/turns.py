"""The turn line: whose turn it is, exactly once in every view."""

from bot.messages.lines import Line
from bot.messages.voice import Voice
from core.turns import Turn, TurnKey


def turn_line(voice: Voice, turn: Turn, domain: str) -> Line:
    """Say whose turn it is, bold to the first full stop, and the next step."""
    key = turn.key.value
    if turn.key is TurnKey.PROPAGATION and turn.eta_at is None:
        key = "turn.propagation_open"
    return voice.say(
        key,
        n=turn.n,
        provider=voice.provider(turn.provider),
        zone=turn.zone or domain,
        eta_at=turn.eta_at,
        done=turn.done,
        provisioner=turn.provisioner,
        window=turn.window,
    )
