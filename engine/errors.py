"""Failures of the engine; every message is a sentence written for the user.

A message says what happened, where, and what to do. Anything that is not an
`EngineError` is a defect of ours, and the borders (worker, exception hook,
command line) report it as one.
"""


class EngineError(Exception):
    """Base of every failure that the user can understand and mend."""

    def _render_traceback_(self) -> list[str]:
        """Return what IPython and notebooks show: the sentence, for no line of ours helps."""
        return [f"{type(self).__name__}: {self}"]


class CorpusError(EngineError):
    """The corpus file cannot be used."""


class ModelFileError(EngineError):
    """A model file cannot be read or written."""


class ExportError(EngineError):
    """A file for other programs cannot be written."""


class RunError(EngineError):
    """A kept run cannot be found, used or changed."""


class ConfigError(EngineError):
    """A setting has a value that cannot work."""


class DeviceError(EngineError):
    """The requested device is not there or ran out of memory."""


class DivergedError(EngineError):
    """A loss or a gradient is not finite, or beyond anything that a usable run has.

    Parameters
    ----------
    message : str
    what : str
        The part of it that says what happened, without what is kept and what to do.
    next_rate : float, optional
        The learning rate to try.
    """

    def __init__(self, message: str, *, what: str = "", next_rate: float | None = None) -> None:
        super().__init__(message)
        self.what, self.next_rate = what, next_rate


class RankLostError(EngineError):
    """Another process of a run that several train together is gone, or does not answer.

    Parameters
    ----------
    message : str
    is_told_elsewhere : bool
        Whether a process of a lower rank is left, whose affair it is to say so.
    """

    def __init__(self, message: str, *, is_told_elsewhere: bool = False) -> None:
        super().__init__(message)
        self.is_told_elsewhere = is_told_elsewhere
