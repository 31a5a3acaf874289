"""Asking all rules."""

from collections.abc import Callable, Iterable
from typing import Any

from linting.documents import Documents
from linting.finding import Finding
from linting.image import image_holds
from linting.rules import DOCUMENT_RULES, RULES, Rule, Subject


def lint(
    pipeline_spec: dict[str, Any],
    platform_spec: dict[str, Any] | None = None,
    *,
    image_modules: Callable[[str], bool] | None = None,
) -> list[Finding]:
    """Returns what a cluster would refuse; nothing for a pipeline that it runs.

    Findings are in the order of the table of rules, and by place within a rule.

    Args:
        pipeline_spec: The pipeline spec, as read from JSON or from the YAML's first document.
        platform_spec: The platform spec, from the YAML's second document; None without one.
        image_modules: Whether the image holds what a dotted name names: a module, or something in
            one. By default, whether it is in what `.dockerignore` lets in, or in a package of
            `kubeflow/requirements.lock`.
    """
    documents = Documents(pipeline_spec, platform_spec)
    findings = _findings(DOCUMENT_RULES, documents)
    if any(finding.rule == "value-type" for finding in findings):
        # What cannot be read cannot be walked either.
        return findings
    return findings + _findings(RULES, documents.read(image_modules or image_holds))


def _findings(rules: Iterable[Rule[Subject]], subject: Subject) -> list[Finding]:
    """Asks the rules in their order; the maps of a message have none, so faults go by place."""
    return [
        Finding(rule.name, fault.place, fault.message, fault.remedy)
        for rule in rules
        for fault in sorted(rule.faults(subject), key=lambda fault: fault.place)
    ]
