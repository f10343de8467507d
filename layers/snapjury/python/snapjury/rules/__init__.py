"""Pure rules on frozen data: no I/O, no clock, no randomness of their own."""
