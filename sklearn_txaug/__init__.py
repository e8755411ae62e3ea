"""Deep generative models for transcriptomics as imbalanced-learn samplers."""

__version__ = "0.1.0"
