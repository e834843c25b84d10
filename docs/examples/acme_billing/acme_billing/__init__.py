"""Acme Billing, which nobody has heard of, behind the Churnkey gateway."""
