"""Fuzzes the API of a system of its own, from its description, with schemathesis."""
