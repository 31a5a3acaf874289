"""The names of the nodes, which a *where* file may have settings for."""

NODES = (
    "ImportSchemaGen",
    "ExampleGen",
    "StatisticsGen",
    "ReferenceStatisticsGen",
    "ExampleValidator",
    "DataGate",
    "Transform",
    "Tuner",
    "ImportHyperparameters",
    "StableModel",
    "Trainer",
    "BaselineModel",
    "Evaluator",
    "InfraValidator",
    "ParityValidator",
    "Pusher",
    "Explainer",
    "BulkInferrer",
)
"""In the order of the flow; which of them a graph has, the *what* file decides."""
