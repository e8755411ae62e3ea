"""Expression data: an embedded cohort, a simulator, file readers and writers, the L1000 landmark genes."""

from ._landmarks import landmark_genes, match_landmarks
from ._read import read_expression
from ._simulate import make_expression
from ._tissue import load_tissue_expression
from ._write import write_expression

__all__ = [
    "landmark_genes",
    "load_tissue_expression",
    "make_expression",
    "match_landmarks",
    "read_expression",
    "write_expression",
]
