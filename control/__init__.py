"""The switchboard: starts and stops the servers, and enters deployments, pool and automations in Prefect."""
