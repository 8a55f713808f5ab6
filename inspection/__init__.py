"""The rules of school inspection: pure Python and pandas, no Prefect, no database, no clock, no chance."""
