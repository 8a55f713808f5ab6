"""Effects: each task does one thing to the world and returns a receipt."""
