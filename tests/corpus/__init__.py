"""Breakages that a validator must find, and changes that it must let pass; ``tables`` lists them all.

A row is data: its edit is applied to a copy of one of the two trees of ``trees_of_corpus``: a clone of this repository
with one prefix and several options, or a small Argo CD repository of another shape.
"""
