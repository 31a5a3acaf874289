import grpc

from tests.serving.api.calling import MODEL, asking, call, predict, refused, with_floats
from tfxp_client import wire

INVALID = grpc.StatusCode.INVALID_ARGUMENT


def status(channel, **spec):
    request = asking(request=wire.GetModelStatusRequest(), **spec)
    answer = call(channel, "GetModelStatus", request, wire.GetModelStatusResponse, MODEL)
    return {found.version: found for found in answer.model_version_status}


def test_status_tells_every_version_and_why_one_is_not_there(channel):
    found = status(channel)
    assert list(found) == [5, 4, 3]
    assert found[5].state == wire.ModelVersionStatus.AVAILABLE
    assert found[5].HasField("status")
    assert found[4].state == wire.ModelVersionStatus.END
    assert found[4].status.error_code == INVALID.value[0]
    assert found[4].status.error_message == "no saved_model.pb"


def test_status_of_one_version_or_label(channel):
    assert list(status(channel, version=4)) == [4]
    assert list(status(channel, label="stable")) == [3]


def test_status_of_nothing_is_refused(channel):
    request = asking(request=wire.GetModelStatusRequest(), model="taxy")
    assert refused(channel, "GetModelStatus", request, MODEL)[0] is grpc.StatusCode.NOT_FOUND
    request = wire.GetModelStatusRequest()
    assert refused(channel, "GetModelStatus", request, MODEL) == (INVALID, "Missing ModelSpec")


def reloading(**labels):
    request = wire.ReloadConfigRequest(metric_names=["/tensorflow/serving/request_count"])
    config = request.config.model_config_list.config.add(name="taxi", base_path="/models/taxi")
    config.version_labels.update(labels)
    return request


def test_a_new_configuration_reaches_the_models(running, channel):
    predict(channel, with_floats(asking("echo_float"), 1.0))
    answer = call(
        channel,
        "HandleReloadConfigRequest",
        reloading(stable=5),
        wire.ReloadConfigResponse,
        MODEL,
    )
    assert answer.HasField("status")
    assert answer.status.error_code == 0
    assert answer.metric[0].int64_value_increase == 0
    (config,) = running.models.reloaded[-1].model_config_list.config
    assert (config.name, dict(config.version_labels)) == ("taxi", {"stable": 5})


def test_a_configuration_that_is_refused_says_why(channel):
    code, text = refused(channel, "HandleReloadConfigRequest", reloading(canary=99), MODEL)
    assert code is grpc.StatusCode.FAILED_PRECONDITION
    assert "version 99" in text
    empty = wire.ReloadConfigRequest()
    code, text = refused(channel, "HandleReloadConfigRequest", empty, MODEL)
    assert code is INVALID
    assert "Only ModelConfigList" in text
