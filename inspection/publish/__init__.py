"""Publish 公示: what the public may see, in which words and files, and the guard that everything passes."""
