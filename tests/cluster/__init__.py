"""A real API server for tests, and what stands in for the controllers that need a node."""
