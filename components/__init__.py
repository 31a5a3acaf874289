"""What the pipeline's steps do, each a thin shell round plain functions."""
