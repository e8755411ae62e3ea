"""The experiments by paper and cohort."""

from __future__ import annotations

from . import _gmda2024, _lacan2023, _lacan2026
from ._paper import Paper

PAPERS: dict[str, dict[str, Paper]] = {
    "lacan2023": {"tcga": _lacan2023.TCGA},
    "lacan2026": {"gtex": _lacan2026.GTEX, "tcga": _lacan2026.TCGA},
    "gmda2024": {
        "gtex": _gmda2024.GTEX,
        "tcga": _gmda2024.TCGA,
        **_gmda2024.TABLES,
        **_gmda2024.TOYS,
    },
}
