"""The commands of ``churnkey-gateway``, one a module. Exit codes: 0 done, 1 a failure, 2 bad settings or bad usage."""
