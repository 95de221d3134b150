"""The lifecycle of a sending domain: `decide` is the whole table of phases and events, pure and total.

The table is read in these rooms: `deploying`, `verifying` and `commands` (what people command), `provisioning`
and `recordsets` (what the provisioner says), `looks` and `tracking` (what the DNS shows), `passing` (what falls
due by time), `outcomes` (Verified, ACTIVE, Temporary Failure, Failure), `incidents`, `windows` and `keys`. Nothing
else changes a status. What is wanted outside stands on the domain, and the tick reconciles it.
"""

from core.lifecycle.deciding import decide
from core.lifecycle.decision import Decision
from core.phases import Phase, phase_of

__all__ = ["Decision", "Phase", "decide", "phase_of"]
