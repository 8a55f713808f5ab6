"""Whole bureaus to try the system on: a synthetic city and a published foreign data set."""
