"""The `tfxp` command and a *where* file of its own, for scripts that run the pipeline."""

import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
TFXP = Path(sys.executable).with_name("tfxp")


def where_below(folder: Path) -> Path:
    """Writes the local *where* file with all roots below a folder, into the folder."""
    where = folder / "where.toml"
    text = (PROJECT / "configs" / "local.toml").read_text(encoding="utf-8")
    where.write_text(text.replace('"var/', f'"{folder}/'), encoding="utf-8")
    return where
