"""A compiled pipeline on a cluster: sent there, followed, looked at again, and scheduled."""
