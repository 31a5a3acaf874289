import pytest


@pytest.fixture
def saved_model(tmp_path):
    """A folder that looks like a SavedModel to whoever does not load it."""
    return make_model(tmp_path / "model", "weights")


def make_model(folder, content):
    (folder / "variables").mkdir(parents=True)
    (folder / "assets").mkdir()
    (folder / "saved_model.pb").write_bytes(content.encode() * 1000)
    (folder / "variables" / "variables.data-00000-of-00001").write_bytes(content.encode() * 50_000)
    (folder / "assets" / "vocabulary").write_text("Cash\nCredit Card\n")
    return folder
