"""The system of record: the one place with SQLAlchemy."""
