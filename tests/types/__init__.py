"""Files of each type, a module for each: `good()` are to be accepted, `bad()` are to be refused with these errors.

Among both are hostile files: made to crash, to take long, or to look like something else. None is stored; all are made.
"""
