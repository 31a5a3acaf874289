"""The pipeline as a cluster reads it: from TFX's compiled graph to a pipeline spec 2.1.0."""
