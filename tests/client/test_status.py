"""What the server says of its versions, and how it is given others."""

import grpc
import pytest

from tfxp_client import (
    Client,
    InvalidRows,
    ModelNotFound,
    ServerRefused,
    ServerUnavailable,
    State,
    VersionStatus,
    wire,
)

CONFIG = """
model_config_list {
  config {
    name: "things"
    base_path: "/models/things"
    model_platform: "tensorflow"
    model_version_policy { specific { versions: 1 versions: 2 } }
    version_labels { key: "stable" value: VERSION }
  }
}
"""


@pytest.fixture
def client(server):
    with Client(server.address, model="things", timeout_s=5) as connected:
        yield connected


def test_versions_are_listed_newest_first(server, client):
    server.versions = {1: "AVAILABLE", 3: "LOADING", 2: "END"}

    assert client.status() == (
        VersionStatus(3, State.LOADING),
        VersionStatus(2, State.END),
        VersionStatus(1, State.AVAILABLE),
    )
    assert [one.is_available for one in client.status()] == [False, False, True]


def test_the_clients_own_version_does_not_hide_others_from_its_status(server):
    with Client(server.address, model="things", version=1) as client:
        client.status()
        client.status(version=7)

    first, second = server.asked("GetModelStatus")
    assert not first.model_spec.HasField("version")
    assert second.model_spec.version.value == 7


def test_an_unknown_model_is_not_found(server):
    with (
        Client(server.address, model="thongs") as client,
        pytest.raises(ModelNotFound) as caught,
    ):
        client.status()

    assert "model 'thongs' is not available on localhost:" in str(caught.value)
    assert caught.value.code is grpc.StatusCode.NOT_FOUND


def test_metadata_say_what_a_version_can_be_asked(server, client):
    found = client.metadata()

    assert (found.model, found.version) == ("things", 1)
    rows = found.signatures["serve_rows"]
    assert {name: tensor.dtype for name, tensor in rows.inputs.items()} == {
        "age": "int64",
        "size": "float32",
        "the_u20_colour": "string",
    }
    assert rows.inputs["size"].shape == (None,)
    assert rows.outputs["probability"].shape == (None, 1)


def test_an_unknown_label_is_not_found_although_tf_serving_calls_it_an_invalid_argument(client):
    with pytest.raises(ModelNotFound, match="label 'canary' is not available"):
        client.metadata(label="canary")


@pytest.mark.parametrize("form", ["text", "bytes", "message"])
def test_a_reloaded_configuration_moves_labels(server, client, form):
    text = CONFIG.replace("VERSION", "1")
    message = wire.ModelServerConfig()
    entry = message.model_config_list.config.add(name="things")
    entry.version_labels["stable"] = 1
    config = {"text": text, "bytes": message.SerializeToString(), "message": message}[form]

    client.reload(config)

    assert server.labels == {"stable": 1}


def test_a_label_for_a_version_that_is_not_available_is_refused(server, client):
    with pytest.raises(ServerRefused, match="version 2 of model things, which is not currently"):
        client.reload(CONFIG.replace("VERSION", "2"))
    assert server.labels == {}


def test_a_refusal_that_stands_in_the_answer_only_is_one_too(server, client):
    server.reload_status = wire.StatusProto(error_code=9, error_message="not now")

    with pytest.raises(ServerRefused, match="not now") as caught:
        client.reload(CONFIG.replace("VERSION", "1"))
    assert caught.value.code is grpc.StatusCode.FAILED_PRECONDITION


def test_a_text_that_is_no_configuration_is_not_sent(server, client):
    with pytest.raises(ValueError, match="no ModelServerConfig in text format"):
        client.reload("model_config_list { confg {} }")
    assert server.asked("HandleReloadConfigRequest") == []


def test_nobody_at_the_address_is_said_so():
    with (
        Client("localhost:1", model="things", timeout_s=5) as client,
        pytest.raises(ServerUnavailable) as caught,
    ):
        client.status()

    assert str(caught.value).startswith("no answer from localhost:1 after 4 attempts: ")
    assert str(caught.value).endswith("the address is that of its gRPC port")
    assert caught.value.attempts == 4


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"address": "localhost"}, "found address 'localhost'; expected a host and its gRPC port"),
        ({"model": ""}, "model: expected its name"),
        ({"version": 1, "label": "stable"}, "got version 1 and label 'stable'"),
        ({"timeout_s": 0}, "timeout_s must be above 0, got 0"),
    ],
)
def test_a_client_that_cannot_be_is_refused_at_once(options, text):
    with pytest.raises(ValueError, match=text):
        Client(options.pop("address", "localhost:8500"), **{"model": "things"} | options)


def test_a_code_without_a_case_of_its_own_names_it(server, client):
    server.fail("GetModelStatus", "DATA_LOSS", "the disk is gone")

    with pytest.raises(ServerRefused, match="DATA_LOSS: the disk is gone; see the server's log"):
        client.status()


def test_an_invalid_argument_of_the_server_is_not_tried_again(server, client):
    server.fail("GetModelStatus", "INVALID_ARGUMENT", "bad", times=2)

    with pytest.raises(InvalidRows, match="does not take this: bad"):
        client.status()
    assert len(server.asked("GetModelStatus")) == 1
