"""Collect 报送: what schools and districts are asked for, how they stand with it, and what goes back to be mended."""
