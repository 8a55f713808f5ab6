"""Check 核对: what data must look like, and which figures ask for evidence."""
