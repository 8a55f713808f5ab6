"""Effects: each task does one thing to the world and returns a receipt."""

import logging

# Prefect hands records of this logger to the run's page, but takes no level with it.
logging.getLogger("tasks").setLevel(logging.INFO)
