"""What a run found, kept small in memory, and kept for the next run as long as no input has changed."""
