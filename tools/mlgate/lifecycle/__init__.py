"""What happens to a cluster: install, look, mend, remove. Every word to it goes through kubectl."""
