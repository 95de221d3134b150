"""From expected records and evidence to findings, without any I/O: the core asks, the shell answers.

The shell loops: put what `next_questions` returns, add every answer to the evidence, until it returns
nothing; then `diagnose` judges. Each question needs at least one answer in the evidence (`Unknown` where
nobody could be asked), or a `Zone` of that name without servers; otherwise it is asked again.
"""

from datetime import datetime

from core.diagnosis.case import Case
from core.findings import Finding, ZoneFacts
from core.observations import Evidence, Question

__all__ = ["Case", "diagnose", "next_questions", "zone_facts"]


def next_questions(case: Case, evidence: Evidence) -> tuple[Question, ...]:
    """Return what to ask next, each question once; empty when the look is complete or its budget used up."""
    wanted = (Question(record.name, record.type, case.vantage) for record in case.records)
    return tuple(dict.fromkeys(question for question in wanted if not evidence.asked(question)))


def diagnose(case: Case, evidence: Evidence, now: datetime) -> tuple[Finding, ...]:
    """Judge the evidence: one finding per expected record, in the order of the record set."""
    raise NotImplementedError


def zone_facts(case: Case, evidence: Evidence) -> ZoneFacts | None:
    """Tell which zone holds the domain, who serves it and, if recognised, whose panel that is."""
    raise NotImplementedError
