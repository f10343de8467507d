"""Use cases: each takes its ports as arguments and knows no AWS."""
