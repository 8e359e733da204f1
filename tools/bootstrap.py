#!/usr/bin/env python3
"""``python tools/bootstrap.py`` is ``mlgate bootstrap``, also before anything is installed."""

from _entry import run

run("bootstrap")
