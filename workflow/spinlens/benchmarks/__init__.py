"""Measurements of the workflow's own stages, each in one run on the machine at hand."""
