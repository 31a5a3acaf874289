"""Rows to features: the Transform component and the preprocessing that it runs."""
