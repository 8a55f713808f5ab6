"""A school-stage: one school in one stage of schooling, the row that figures and scores are made for."""

KEY = ["school_code", "stage"]
"""Columns that name it; further columns (grade, subject) follow these."""
