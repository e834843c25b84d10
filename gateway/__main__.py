"""``python -m gateway``, the same as ``churnkey-gateway``."""

from __future__ import annotations

from gateway.cli import main

if __name__ == "__main__":
    main(prog_name="churnkey-gateway")
