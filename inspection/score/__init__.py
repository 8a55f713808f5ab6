"""Score 评价: what a rubric says, what it comes to for every school-stage, why, and how firmly it stands."""
