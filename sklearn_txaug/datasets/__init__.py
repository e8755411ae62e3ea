"""Expression data: an embedded cohort, public ones, a simulator, readers and writers, the L1000 landmark genes."""

from ._anndata import augment_anndata
from ._fetch_gtex import fetch_gtex
from ._fetch_string import fetch_string_graph
from ._fetch_tcga import fetch_tcga
from ._landmarks import landmark_genes, match_landmarks
from ._read import read_expression
from ._simulate import make_expression
from ._tissue import load_tissue_expression
from ._write import write_expression

__all__ = [
    "augment_anndata",
    "fetch_gtex",
    "fetch_string_graph",
    "fetch_tcga",
    "landmark_genes",
    "load_tissue_expression",
    "make_expression",
    "match_landmarks",
    "read_expression",
    "write_expression",
]
