"""Builds the graphs that the tests compile, in a process of its own: TFX is loaded once."""

import sys
from pathlib import Path

from pipeline.config import load, load_cluster

CONFIG = "configs/taxi.toml"
CLUSTER = "configs/kubeflow.toml"
VERTEX = "configs/vertex.toml"
# Every node, and values that stand nowhere by chance.
EVERYTHING = (
    "tuning.algorithm=random",
    "training.warm_start=true",
    "batch.input=data/rows.csv",
    "data.input=data/{SPAN}/rows.csv",
    "data.served=data/served.csv",
    "training.steps=7654321",
    "push.model_name=zebra",
    'data.spans.use="424242"',
    "data.spans.window=797979",
    "beam.args=['--direct_num_workers=3']",
)
GRAPHS = {
    "taxi": (CLUSTER, ()),
    "everything": (CLUSTER, EVERYTHING),
    "imported": (CLUSTER, ("tuning.hyperparameters=schema/taxi/hyperparameters.json",)),
    "vertex": (VERTEX, ()),
    "local": ("configs/local.toml", ()),
}


def main(folder: Path) -> None:
    from tfx.dsl.compiler import compiler

    from pipeline.graph import create_pipeline

    for name, (where, overrides) in GRAPHS.items():
        read = load if name == "local" else load_cluster
        config = read(CONFIG, where, overrides)
        graph = compiler.Compiler().compile(create_pipeline(config.what, config.where))
        (folder / f"{name}.pb").write_bytes(graph.SerializeToString(deterministic=True))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
