"""Analyse 分析: the quality of learning and of teaching, for the unit itself and inside the bureau."""
