"""Keeping the curated schema: inferring, comparing, checking files, taking changes over."""
