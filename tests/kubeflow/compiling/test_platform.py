"""What of a step is Kubernetes' alone."""

from tests.kubeflow.compiling import reading


def test_every_step_mounts_the_volumes_and_finds_the_secrets(compiled):
    found = compiled()

    for name in reading.tasks(found):
        assert reading.kubernetes(found, name) == {
            "pvcMount": [
                {
                    "constant": "tfxp-models",
                    "pvcNameParameter": {"runtimeValue": {"constant": "tfxp-models"}},
                    "mountPath": "/models",
                }
            ],
            "secretAsEnv": [
                {
                    "secretName": "tfxp-artifact-store",
                    "secretNameParameter": {"runtimeValue": {"constant": "tfxp-artifact-store"}},
                    "keyToEnv": [
                        {"secretKey": "accesskey", "envVar": "AWS_ACCESS_KEY_ID"},
                        {"secretKey": "secretkey", "envVar": "AWS_SECRET_ACCESS_KEY"},
                    ],
                    "optional": False,
                }
            ],
        }


def test_a_folder_of_a_volume_may_be_all_that_steps_see(compiled):
    found = compiled("taxi", "kubeflow.volumes.0.folder=team/models")

    assert reading.kubernetes(found, "Pusher")["pvcMount"][0]["subPath"] == "team/models"


def test_the_image_is_fetched_as_the_place_says(compiled):
    found = compiled(
        "taxi", "kubeflow.image_pull_policy=Always", 'kubeflow.image_pull_secrets=["registry"]'
    )

    config = reading.kubernetes(found, "Trainer")
    assert config["imagePullPolicy"] == "Always"
    assert config["imagePullSecret"] == [
        {
            "secretName": "registry",
            "secretNameParameter": {"runtimeValue": {"constant": "registry"}},
        }
    ]


def test_only_the_node_that_asks_for_it_is_bound_to_a_machine(compiled):
    found = compiled("taxi", 'kubeflow.nodes.Trainer.node_selector={"gpu.kind" = "a100"}')

    assert reading.kubernetes(found, "Trainer")["nodeSelector"] == {"labels": {"gpu.kind": "a100"}}
    assert "nodeSelector" not in reading.kubernetes(found, "Pusher")


def test_only_the_node_that_says_so_bears_a_taint(compiled):
    found = compiled(
        "taxi",
        "kubeflow.nodes.Trainer.tolerations=[{key='nvidia.com/gpu'}, "
        "{key='team', operator='Equal', value='ml', effect='NoSchedule'}]",
    )

    assert reading.kubernetes(found, "Trainer")["tolerations"] == [
        {"key": "nvidia.com/gpu", "operator": "Exists"},
        {"key": "team", "operator": "Equal", "value": "ml", "effect": "NoSchedule"},
    ]
    assert "tolerations" not in reading.kubernetes(found, "Pusher")


def test_without_any_of_it_there_is_no_second_document(compiled):
    found = compiled(
        "taxi", "roots.serving=s3://models/tfxp", "kubeflow.volumes=[]", "kubeflow.secrets=[]"
    )

    assert found.platform_spec is None
    assert "\n---\n" not in found.text("yaml")
