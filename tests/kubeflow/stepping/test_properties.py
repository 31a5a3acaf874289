"""Properties of artifacts come back from KFP's metadata store as they were."""

import json
import math

import pytest
from google.protobuf import json_format
from kfp.pipeline_spec import pipeline_spec_pb2
from ml_metadata.proto import metadata_store_pb2 as pb

from stepping.errors import StepError
from stepping.folders import Contents
from stepping.properties import from_metadata, to_metadata
from tests.kubeflow.stepping.kfp import stored

EXAMPLES = pb.ArtifactType(
    name="Examples",
    properties={"span": pb.INT, "version": pb.INT, "split_names": pb.STRING, "share": pb.DOUBLE},
)


def artifact(**custom_properties):
    made = pb.Artifact(type="Examples")
    for name, value in custom_properties.items():
        target = made.custom_properties[name]
        match value:
            case bool():
                target.bool_value = value
            case int():
                target.int_value = value
            case float():
                target.double_value = value
            case str():
                target.string_value = value
            case dict():
                target.struct_value.update(value)
    return made


NOTHING = Contents(0)


def at_the_next_step(made, contents=NOTHING):
    metadata = stored(to_metadata(made, contents))
    return from_metadata("input 'examples'", metadata, EXAMPLES)


@pytest.mark.parametrize(
    "value",
    [0, 1, -7, 2**53 + 1, -(2**63), 2**63 - 1]
    + [0.0, 1.0, 0.1, 1e300, 5e-324, math.inf]
    + ["", "text", '{"a": 1}', "näme\n\x00", "1", "true"]
    + [True, False, {"a": [1.0, {"b": None}]}],
)
def test_a_value_comes_back_as_it_was(value):
    made = artifact(it=value)

    back, _ = at_the_next_step(made)

    assert back == made


def test_what_is_no_number_comes_back_too():
    back, _ = at_the_next_step(artifact(it=math.nan))

    assert math.isnan(back.custom_properties["it"].double_value)


def test_the_types_own_properties_stay_apart_from_the_others():
    made = artifact(span="a custom one", split_names=3, version=9)
    made.properties["span"].int_value = 12
    made.properties["split_names"].string_value = '["train", "eval"]'

    back, _ = at_the_next_step(made)

    assert back == made


@pytest.mark.parametrize("name", ["tfxp", "display_name", "store_session_info", "_kfp_workspace"])
def test_a_property_may_have_the_name_of_one_of_kfps(name):
    made = artifact(**{name: "ours"})

    metadata = to_metadata(made, Contents(0))
    back, _ = at_the_next_step(made)

    assert metadata.keys() == {"tfxp"}
    assert back == made


def test_people_see_each_value_under_its_own_name():
    metadata = to_metadata(artifact(rows=15002, share=0.25, summary="ok"), Contents(3))

    del metadata["tfxp"]
    assert metadata == {"rows": 15002, "share": 0.25, "summary": "ok"}


@pytest.mark.parametrize("value", [2**53 + 1, -(2**53) - 1, math.nan, math.inf, {"a": "b"}])
def test_a_value_of_which_kfp_would_show_another_is_not_shown(value):
    assert to_metadata(artifact(it=value), NOTHING).keys() == {"tfxp"}


def test_a_text_is_not_sent_twice():
    text = "x" * 10_000

    assert len(json.dumps(to_metadata(artifact(long=text), Contents(0)))) < 11_000


def test_kfp_reads_what_is_written():
    told = {
        "artifacts": {
            "examples": {
                "artifacts": [
                    {
                        "uri": "s3://b/k",
                        "metadata": to_metadata(
                            artifact(a=1, b=math.nan, c=math.inf, d={"e": None}, f=True),
                            Contents(1),
                        ),
                    }
                ]
            }
        }
    }

    read = json_format.ParseDict(told, pipeline_spec_pb2.ExecutorOutput())

    assert json_format.MessageToDict(read)["artifacts"]["examples"]["artifacts"][0]["uri"]


def test_what_the_folder_held_comes_with_it():
    _, contents = at_the_next_step(artifact(), Contents(3, ["assets"]))

    assert contents == Contents(3, ["assets"])


def test_an_artifact_of_somebody_else_has_the_kinds_that_its_type_names():
    metadata = {
        "span": 3.0,
        "share": 1.0,
        "split_names": '["train"]',
        "rows": 5.0,
        "mean": 0.5,
        "display_name": "examples",
        "store_session_info": "{}",
    }

    back, contents = from_metadata("input 'examples'", metadata, EXAMPLES)

    assert contents is None
    assert back.properties["span"].int_value == 3
    assert back.properties["share"].double_value == 1.0
    assert back.properties["split_names"].string_value == '["train"]'
    assert back.custom_properties["rows"].int_value == 5
    assert back.custom_properties["mean"].double_value == 0.5
    assert back.custom_properties.keys() == {"rows", "mean"}


@pytest.mark.parametrize("exact", ["", "[]", "{}", '{"files": 1}', 7.0])
def test_an_unreadable_record_is_one_clear_error(exact):
    with pytest.raises(StepError, match="input 'examples': its property 'tfxp'"):
        from_metadata("input 'examples'", {"tfxp": exact}, EXAMPLES)
