"""The notebook contract: which cells become what, and every way to break it."""
