"""One step of the compiled pipeline, in its container: KFP's executor input in, its output out."""
