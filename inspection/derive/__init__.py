"""Derive 指标: from rows to figures – sums over students, formulas, the catalogue of indicators."""
