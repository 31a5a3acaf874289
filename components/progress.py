"""What a step says while it works, for whoever watches the run."""

import logging

LOGGER = "progress"
"""Where it is said. The local runner shows the last of it; on a cluster it is a line of the log."""


def tell(text: str) -> None:
    """Says how far the work is: one short line, at most about once a second."""
    logging.getLogger(LOGGER).info(text)
