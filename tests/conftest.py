"""The order of the tests."""

from pathlib import Path

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items):
    """Whole pipelines come first: begun last, they would run while the other cores have no work."""
    items.sort(key=lambda item: item.path.parent != HERE)
