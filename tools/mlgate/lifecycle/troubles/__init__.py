"""Known troubles of an installation, each with its own code, evidence and fix."""
