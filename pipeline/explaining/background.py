"""The rows that a single row is compared with: which run left them."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlparse

from pipeline.config import Config
from pipeline.errors import UserError
from pipeline.runner.outputs import text
from pipeline.runner.store import Store

_NODE, _KEY = "Explainer", "explanation"


def explanation_folder(config: Config, version: int, again: str) -> Path:
    """Returns the folder of an explanation: of the run that pushed the version, or the newest.

    Args:
        config: Of the pipeline.
        version: Of the model.
        again: The command that runs the pipeline, for those who have to.

    Raises:
        UserError: no run has left one.
    """
    found = list(_explanations(config))
    if not found:
        raise UserError(
            "no run has left rows to compare with, as the node Explainer does; "
            f"`{again} --until {_NODE}` makes them"
        )
    own = [folder for folder, pushed in found if pushed == str(version)]
    return own[0] if own else found[0][0]


def _explanations(config: Config) -> Iterator[tuple[Path, str]]:
    """The explanations that are still there, newest run first, and what the run pushed."""
    path = config.where.metadata_path
    # To open a store that is not there would create it.
    if not path.exists():
        return
    store = Store(path, config.what.name)
    for run in store.runs():
        made = {step.node_id: step.outputs for step in store.steps(run.run_id)}
        pushed = made.get("Pusher", {})
        for artifact in made.get(_NODE, {}).get(_KEY, ()):
            folder = Path(urlparse(artifact.uri).path)
            if folder.is_dir():
                versions = [
                    text(model, "pushed_version") for model in pushed.get("pushed_model", ())
                ]
                yield folder, versions[0] if versions else ""
