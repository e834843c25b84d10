"""The pages of reference in docs/reference/, made from the code by scripts/generate.py."""
