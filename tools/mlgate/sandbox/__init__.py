"""A throw-away Kubernetes of real components on this machine, without a container engine.

Everything runs below one process that is the first of its own pid, mount and network namespaces: when it ends,
the kernel ends every other and takes mounts, interfaces and packet rules with it.
"""
