"""The pipeline as a cluster reads it: from TFX's compiled graph to a pipeline spec 2.1.0.

config = load_cluster("configs/taxi.toml", "configs/kubeflow.toml")
compiled = compile_pipeline(config, graph_of(config))
Path("pipeline.yaml").write_text(compiled.text("yaml"))
"""

from compiling.compiled import Compiled, compile_pipeline
from compiling.graph import graph_of

__all__ = ["Compiled", "compile_pipeline", "graph_of"]
