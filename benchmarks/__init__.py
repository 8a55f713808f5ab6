"""Measurements of each stage beside a named plain alternative, in one run; ratios, never promises."""
