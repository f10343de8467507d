"""The API's description by OpenAPI 3.1: a table of routes for each function, and what turns them into a document."""
