"""Amounts as Kubernetes writes them, as numbers."""

import re

_QUANTITY = re.compile(r"([0-9.]+)([A-Za-z]*)")
_UNITS = {
    "": 1,
    "k": 10**3,
    "M": 10**6,
    "G": 10**9,
    "T": 10**12,
    "Ki": 2**10,
    "Mi": 2**20,
    "Gi": 2**30,
    "Ti": 2**40,
}


def cores(cpu: str) -> float:
    """Of a text such as `2`, `0.5` or `500m`."""
    return float(cpu[:-1]) / 1000 if cpu.endswith("m") else float(cpu)


def gigabytes(memory: str) -> float:
    """Of a text such as `512Mi` or `4Gi`; 10^9 bytes each."""
    found = _QUANTITY.fullmatch(memory)
    assert found, memory
    return float(found[1]) * _UNITS[found[2]] / _UNITS["G"]
