"""Which schools stand in the synthetic files; apart from `student_files`, so that neither side loads its libraries."""

SCHOOL_STUDENTS = 500
SUBJECTS = ["语文", "数学", "英语", "科学", "道德与法治"]


def school_codes(row_count: int) -> list[str]:
    """Return the codes of the schools that make up this many rows."""
    count = -(-row_count // (SCHOOL_STUDENTS * len(SUBJECTS)))
    return [f"2137{number:06d}" for number in range(1, count + 1)]
