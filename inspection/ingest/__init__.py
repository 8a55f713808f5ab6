"""Ingest 采集: from the text cells of a bureau's files to the rows of a data set, and every fault on the way."""
