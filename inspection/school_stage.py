"""A school-stage: one school in one stage of schooling, the row that figures and scores are made for."""

KEY = ["school_code", "stage"]
"""Columns that name it; further columns (grade, subject) follow these."""
STAGE_TITLES = {"primary": "小学", "junior": "初中", "senior": "高中"}
"""The stages in the order of schooling, and their names in documents."""
