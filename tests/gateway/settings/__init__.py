"""Settings: from YAML to typed settings, and what is said where that fails."""
