"""Verify 核验: whether a published draw is what it says, asked by anybody, with the standard library alone. Knows no other room."""
