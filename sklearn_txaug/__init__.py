"""Deep generative models for transcriptomics as imbalanced-learn samplers."""

__version__ = "0.2.0"
