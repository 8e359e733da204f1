#!/usr/bin/env python3
"""``python tools/threshold.py`` is ``mlgate threshold``, also before anything is installed."""

from _entry import run

run("threshold")
