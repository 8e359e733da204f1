"""The model's environment, its image, and serving it."""
