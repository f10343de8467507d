"""Which adapters stand behind the ports in a deployed function: a module each, so that none imports another's needs.

Everything is built once per container, when it is first needed; at import nothing but what a function has `warm` make.
"""
