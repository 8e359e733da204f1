"""The stages of ``mlgate validate``; every stage returns Results and decides nothing."""
