"""The plain scripts that the stages are measured against: same files, same sums, no checks."""
