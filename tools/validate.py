#!/usr/bin/env python3
"""``python tools/validate.py`` is ``mlgate validate``, also before anything is installed."""

from _entry import run

run("validate")
