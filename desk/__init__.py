"""The office desk: a door for people to dossiers, workbooks, cases and notices, each seeing what is theirs."""
