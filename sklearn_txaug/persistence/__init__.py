"""Trained samplers in files that are safe to open, and what they contain of the training rows."""

from ._rows import TrainingRows, training_rows_in
from ._sampler_file import load_sampler

__all__ = ["TrainingRows", "load_sampler", "training_rows_in"]
