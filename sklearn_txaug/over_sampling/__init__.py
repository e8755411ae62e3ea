"""Samplers: ``fit_resample`` returns the real rows followed by labelled synthetic rows.

The names are those of ``__init__.pyi``; a module, and torch with it, is imported when one of its names is asked for.
"""

from ..utils.lazy import lazy_names

__getattr__, __dir__, __all__ = lazy_names(__name__, __file__)
