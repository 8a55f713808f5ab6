"""Record sheets in the store: which PDF was rendered of a draw, by what it may tell."""

from datetime import date

from sqlalchemy.orm import Session

from inspection.store.gate_tables import DrawSheet
from inspection.store.writing import put

DRAWN, SEALED, OPENED = "drawn", "sealed", "opened"


def enter(session: Session, campaign_id: str, *, state: str, file_name: str, digest: str, on: date) -> None:
    """Enter the sheet of a draw as it was rendered for a state."""
    row = {"campaign_id": campaign_id, "state": state, "file_name": file_name}
    put(session, DrawSheet, [row | {"content_digest": digest, "issued_on": on}])


def sheet(session: Session, campaign_id: str) -> DrawSheet | None:
    """Return the sheet that tells the most, or None before there is one."""
    found = (session.get(DrawSheet, (campaign_id, state)) for state in (OPENED, DRAWN, SEALED))
    return next((row for row in found if row), None)


def public_sheet(session: Session, campaign_id: str) -> DrawSheet | None:
    """Return the sheet that names the drawn schools, or None while the names are kept back."""
    found = sheet(session, campaign_id)
    return found if found and found.state != SEALED else None
