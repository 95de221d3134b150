"""The phases of a sending domain: the rows of the lifecycle's table, derived from the two statuses."""

from enum import StrEnum

from core.sending_domain import DomainStatus, SendingDomain, VerificationStatus


class Phase(StrEnum):
    """Domain status / verification status, as one word."""

    S0 = "S0"
    """SUSPENDED / Not Started"""
    D0 = "D0"
    """DEPLOYING / Not Started, without records"""
    D1 = "D1"
    """DEPLOYING / Not Started, with records"""
    DP = "DP"
    """DEPLOYING / Pending"""
    DV = "DV"
    """DEPLOYING / Verified"""
    DT = "DT"
    """DEPLOYING / Temporary Failure"""
    AV = "AV"
    """ACTIVE / Verified"""
    AT = "AT"
    """ACTIVE / Temporary Failure"""
    SF = "SF"
    """SUSPENDED / Failure"""
    RM = "RM"
    """removal wanted, whatever the statuses"""


RUNNING = frozenset({Phase.DP, Phase.DT, Phase.AT})
"""The phases in which a verification window is running."""
POLLED = RUNNING | {Phase.DV, Phase.AV, Phase.SF}
"""The phases in which the DNS is looked at."""

_DEPLOYING = {
    VerificationStatus.PENDING: Phase.DP,
    VerificationStatus.VERIFIED: Phase.DV,
    VerificationStatus.TEMPORARY_FAILURE: Phase.DT,
    VerificationStatus.FAILURE: Phase.DT,  # never set; judged like the failure that can still be mended
}


def phase_of(domain: SendingDomain) -> Phase:
    """Tell which row of the table `domain` is in. Total: no combination of statuses is without a row."""
    if domain.removing:
        return Phase.RM
    match domain.status:
        case DomainStatus.SUSPENDED:
            return Phase.SF if domain.verification is VerificationStatus.FAILURE else Phase.S0
        case DomainStatus.DEPLOYING:
            started = _DEPLOYING.get(domain.verification)
            return started or (Phase.D1 if domain.records else Phase.D0)
        case DomainStatus.ACTIVE:
            return Phase.AV if domain.verification is VerificationStatus.VERIFIED else Phase.AT
