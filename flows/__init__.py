"""Order: what happens in an inspection term, and in what order."""
