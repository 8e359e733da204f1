"""Errors a person can act on, and the exit code each one means.

MlgateError
  UsageError      the command line is wrong            exit 2
  SettingsError   a settings or input file is wrong    exit 2
  MissingTool     a program is not installed           exit 3
  ToolFailed      a program failed or took too long    exit 3

An exception means "cannot run". A finding or a denied gate is no exception: it is a value
(see ``mlgate.results``) and exits 1. Success exits 0.
"""

OK = 0
FOUND = 1


class MlgateError(Exception):
    """Base of everything that is reported as one message, without a traceback."""

    exit_code = 3

    def __init__(self, message: str, *, fix: str = "") -> None:
        super().__init__(message)
        self.fix = fix


class UsageError(MlgateError):
    """The command line asks for something that cannot be done."""

    exit_code = 2


class SettingsError(MlgateError):
    """A file that a person wrote is wrong; the message names the file and, where known, the line."""

    exit_code = 2


class MissingTool(MlgateError):
    """A program that is needed is not there."""


class ToolFailed(MlgateError):
    """A program ended with an error or did not end in time."""
