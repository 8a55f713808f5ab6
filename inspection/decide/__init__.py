"""Decide 处理: from verified findings to measures, the course of a case, and rectification."""
