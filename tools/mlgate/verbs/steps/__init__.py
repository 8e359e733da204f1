"""The steps of the Tasks, a few to a module; ``mlgate.verbs.step`` gathers them."""
