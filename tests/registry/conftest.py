import struct

import pytest

import registry
from registry import Record
from registry.server import Server
from tests.buckets.fixtures import gs, minio, s3, s3_address, store  # noqa: F401
from tests.registry.stand_in import StandIn
from tfxp_client import wire


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


def push_three(folder):
    """Pushes three versions of the model taxi, each with rows to ask it; none has a label."""
    for content in ("first", "second", "third"):
        model = make_model(folder / content, content)
        add_rows(model)
        registry.push(model, folder / "base", "taxi", Record())
    return folder / "base"


@pytest.fixture
def base(tmp_path):
    """A base directory with three versions of the model taxi."""
    return push_three(tmp_path)


def add_rows(model):
    """Adds a request of one row and one of three, as the Trainer does."""
    (model / "assets.extra").mkdir()
    with (model / "assets.extra" / "tf_serving_warmup_requests").open("wb") as file:
        for rows in (1, 3):
            log = wire.PredictionLog()
            request = log.predict_log.request
            request.model_spec.name = "the name that it had in training"
            request.model_spec.signature_name = "serving_default"
            given = request.inputs["examples"]
            given.dtype = wire.DT_STRING
            given.tensor_shape.dim.add(size=rows)
            given.string_val.extend([b"a row"] * rows)
            record = log.SerializeToString()
            file.write(struct.pack("<QI", len(record), 0) + record + struct.pack("<I", 0))


@pytest.fixture
def serving(base):
    """A model server that follows the base directory."""
    with StandIn(base, "taxi") as server:
        yield server


@pytest.fixture
def server(serving):
    """Where it is; it has one second for everything."""
    return Server(address=serving.address, timeout_s=1.0)
