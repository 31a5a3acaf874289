"""The embedded model server: TF Serving's API, for a laptop, for tests and for InfraValidator."""
