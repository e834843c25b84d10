"""The checks. Each is a function that looks at one thing; `gateway.verification.modules` has the table of them."""
