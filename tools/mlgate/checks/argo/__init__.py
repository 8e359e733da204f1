"""Argo CD, followed without a server: what each Application of a repository would sync, and in which order."""
