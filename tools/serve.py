#!/usr/bin/env python3
"""``python tools/serve.py`` is ``mlgate serve``, also before anything is installed."""

from _entry import run

run("serve")
