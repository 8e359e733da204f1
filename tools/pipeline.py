#!/usr/bin/env python3
"""``python tools/pipeline.py`` is ``mlgate pipeline``, also before anything is installed."""

from _entry import run

run("pipeline")
