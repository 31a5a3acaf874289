"""Which version a candidate must beat."""

from registry.labels import stable_version
from registry.places import Base
from registry.versions import read_record

NO_DIGEST = "none"
"""In place of the digest of a baseline where there is none."""


def baseline_version(base: Base, model: str, candidate_digest: str) -> int:
    """Returns the version that a candidate is compared with; 0 if there is none.

    It is the stable one. But when the candidate itself has become stable, it is still the version
    that it was compared with then: no model is judged against itself, and running the same
    pipeline again asks the same question again.

    Raises:
        RegistryError: the stable version is not there, or has no readable record.
    """
    stable = stable_version(base, model)
    if not stable:
        return 0
    record = read_record(base, model, stable)
    return record.baseline_version if record.digest == candidate_digest else stable
