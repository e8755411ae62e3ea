"""Published tables, and the protocols they were measured with, as far as papers and code describe them.

Shares are written as fractions (0.9947) where papers print per cent. The reverse validation of Lacan et al. 2026 is
medians read off a box plot (within 0.001), the augmentation of Lacan et al. 2023 is read off a curve (within 0.003).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from .. import presets

REAL = "real rows"


class System(NamedTuple):
    """One row of a table: a sampler with its published settings, and the published figures by indicator."""

    sampler: str
    settings: Mapping[str, Any]
    figures: Mapping[str, float]


class Published(NamedTuple):
    """A published table and how it was measured.

    `shares` of test rows, and of validation rows among the others, are held out; generators see neither.
    `n_generated` synthetic rows train the classifier of reverse validation (None: as many as training rows).
    `classifier` is that of reverse validation, `embedder` that of the Frechet distance and of augmentation. `n_real`
    is the training rows of the augmentation curve, and `notes` says what the reproduction does differently.
    """

    source: str
    k: int
    landmarks: bool
    shares: tuple[float, float]
    n_generated: int | None
    classifier: Mapping[str, Any]
    embedder: Mapping[str, Any]
    real: Mapping[str, float]
    systems: Mapping[str, System]
    n_real: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()


_TCGA = 1 / 6, 1 / 5  # 6,499 / 1,625 / 1,625 rows
_GTEX = 1 / 3, 1 / 5  # 9,796 / 2,448 / 5,000 rows: 0.29, rounded to a fold
_MLP_TCGA = {"hidden_layer_sizes": (256, 16), "dropout": 0.5, "lr": 3.46e-3, "batch_size": 2048}
_MLP_GTEX = {"hidden_layer_sizes": (1024, 1024), "dropout": 0.3, "lr": 1.1e-4, "batch_size": 64}
_MLP_LACAN2026 = {
    "max_epochs": 150,
    "early_stopping": True,
    "patience": 50,
    "class_weight": "balanced",
    "label_smoothing": 0.1,
    "weight_decay": 0.0,
}
_MLP_LACAN2023 = {"dropout": 0.0, "weight_decay": 0.0, "batch_size": 32}

_EVERYWHERE = (
    "Splits never divide a patient or donor, if a group is given; the papers split by sample.",
    "All indicators are computed in one space, standardised by the real training rows; the papers evaluated each "
    "model in the space it was trained in.",
    "Every seed has its own split and training; the published spread is over draws from one training.",
    "Values are used as they are in the file; the published pipelines take no logarithm.",
    "The classifier standardises by the rows it is trained on, synthetic ones in reverse validation; the "
    "published code does so only for diffusion models.",
)
_LANDMARKS = (
    *_EVERYWHERE,
    "Adversarial accuracy is computed on at most 2,048 rows of each kind; the published code uses 2,048 (diffusion) "
    "or 4,096 (others).",
    "The Frechet distance depends on the classifier that embeds: compare systems within a column, not columns.",
    "The classifier's early stopping uses the held-out loss; the published one uses accuracy.",
)

_NAMES = ("correlation_score", "precision", "recall", "f1", "adversarial_accuracy", "frechet_distance")


def _figures(values: tuple[float, ...], **further: float) -> dict[str, float]:
    """Return the row of a table whose first five figures are in per cent."""
    shares = [round(value / 100, 6) for value in values[:5]]
    return {**dict(zip(_NAMES, [*shares, *values[5:]], strict=True)), **further}


_LACAN2026_SOURCE = "Lacan, Andre, Sebag, Hanczar, BMC Bioinformatics 2026, landmark genes, mean of 5; {}"
_LACAN2026 = {
    "gtex": Published(
        source=_LACAN2026_SOURCE.format("GTEx v8, 974 genes, 26 tissues"),
        k=10,
        landmarks=True,
        n_generated=None,
        classifier={**_MLP_LACAN2026, **_MLP_GTEX},
        embedder={**_MLP_LACAN2026, **_MLP_GTEX},
        real={"reverse_validation": 0.9932},
        systems={
            "VAE": System(
                "VAESampler",
                presets.LACAN2026_GTEX["VAESampler"],
                _figures((98.14, 99.44, 59.28, 74.28, 50.33, 4.08), reverse_validation=0.9898),
            ),
            "WGAN-GP": System(
                "WGANGPSampler",
                presets.LACAN2026_GTEX["WGANGPSampler"],
                _figures((99.43, 99.26, 90.47, 94.66, 60.47, 0.935), reverse_validation=0.988),
            ),
            "DDIM": System(
                "DDIMSampler",
                presets.LACAN2026_GTEX["DDIMSampler"],
                _figures((98.93, 98.88, 89.23, 93.81, 46.47, 3.89), reverse_validation=0.9924),
            ),
            "DDPM": System(
                "DDPMSampler",
                presets.LACAN2026_GTEX["DDPMSampler"],
                {"recall": 0.90, "frechet_distance": 1.21, "reverse_validation": 0.9922},
            ),
        },
        notes=_LANDMARKS,
        shares=_GTEX,
    ),
    "tcga": Published(
        source=_LACAN2026_SOURCE.format("TCGA, 978 genes, 24 tissues"),
        k=10,
        landmarks=True,
        n_generated=None,
        classifier={**_MLP_LACAN2026, **_MLP_TCGA},
        embedder={**_MLP_LACAN2026, **_MLP_TCGA},
        real={"reverse_validation": 0.937},
        systems={
            "VAE": System(
                "VAESampler",
                presets.LACAN2026_TCGA["VAESampler"],
                _figures((98.26, 99.76, 70.13, 82.36, 47.19, 0.627), reverse_validation=0.890),
            ),
            "WGAN-GP": System(
                "WGANGPSampler",
                presets.LACAN2026_TCGA["WGANGPSampler"],
                _figures((98.45, 95.28, 91.16, 93.17, 69.04, 2.56), reverse_validation=0.922),
            ),
            "DDIM": System(
                "DDIMSampler",
                presets.LACAN2026_TCGA["DDIMSampler"],
                _figures((99.18, 99.99, 71.98, 83.7, 44.54, 0.518), reverse_validation=0.926),
            ),
            "DDPM": System(
                "DDPMSampler",
                presets.LACAN2026_TCGA["DDPMSampler"],
                {"recall": 0.77, "frechet_distance": 0.173, "reverse_validation": 0.927},
            ),
        },
        notes=_LANDMARKS,
        shares=_TCGA,
    ),
}

_GMDA_SOURCE = "Lacan, Hanczar, Sebag 2024 (GMDA), utility and F1 of precision and recall, landmark genes; {}"
_GMDA2024 = {
    "gtex": _LACAN2026["gtex"]._replace(
        source=_GMDA_SOURCE.format("GTEx v8"),
        real={"reverse_validation": 0.9932},
        systems={
            "VAE": _LACAN2026["gtex"]
            .systems["VAE"]
            ._replace(figures={"reverse_validation": 0.9898, "f1": 0.7428}),
            "WGAN-GP": _LACAN2026["gtex"]
            .systems["WGAN-GP"]
            ._replace(figures={"reverse_validation": 0.9876, "f1": 0.9466}),
            "GMDA": System(
                "GMDASampler",
                presets.LACAN2024_GTEX["GMDASampler"],
                {"reverse_validation": 0.984, "f1": 0.7986},
            ),
        },
    ),
    "tcga": _LACAN2026["tcga"]._replace(
        source=_GMDA_SOURCE.format("TCGA"),
        real={"reverse_validation": 0.9359},
        systems={
            "VAE": _LACAN2026["tcga"]
            .systems["VAE"]
            ._replace(figures={"reverse_validation": 0.8836, "f1": 0.8236}),
            "WGAN-GP": _LACAN2026["tcga"]
            .systems["WGAN-GP"]
            ._replace(figures={"reverse_validation": 0.9204, "f1": 0.9317}),
            "GMDA": System(
                "GMDASampler",
                presets.LACAN2024_TCGA["GMDASampler"],
                {"reverse_validation": 0.8968, "f1": 0.8327},
            ),
        },
    ),
}

_N_REAL = (50, 100, 200, 500, 1000, 1500, 3000)


def _augmented(*accuracies: float) -> dict[str, float]:
    return {f"accuracy with {n} real rows": value for n, value in zip(_N_REAL, accuracies, strict=True)}


_AUGMENTED = _augmented(0.93, 0.935, 0.938, 0.937, 0.937, 0.935, 0.938)  # one curve for WGAN-GP and AttGAN
_LACAN2023 = {
    "tcga": Published(
        source="Lacan, Sebag, Hanczar, Bioinformatics 39, i111-i120, 2023, table 1, reverse validation, label "
        "preservation and figure 2; TCGA, 20,531 genes, 24 tissues",
        k=50,
        landmarks=False,
        n_generated=8000,
        classifier={**_MLP_LACAN2023, "hidden_layer_sizes": (512,), "lr": 1e-4, "max_epochs": 35},
        embedder={**_MLP_LACAN2023, "hidden_layer_sizes": (64,), "lr": 5e-4, "max_epochs": 40},
        real={
            "reverse_validation": 0.9469,
            **_augmented(0.70, 0.773, 0.844, 0.91, 0.935, 0.941, 0.945),
        },
        systems={
            "GAN": System(
                "GANSampler",
                presets.LACAN2023_TCGA["GANSampler"],
                _figures(
                    (14.40, 80.3, 0.0, 0.0, 99.25, 96_611),
                    reverse_validation=0.0856,
                    label_preservation=0.092,
                    **_augmented(0.27, 0.35, 0.475, 0.655, 0.755, 0.77, 0.787),
                ),
            ),
            "WGAN-GP": System(
                "WGANGPSampler",
                presets.LACAN2023_TCGA["WGANGPSampler"],
                _figures(
                    (90.98, 99.21, 49.32, 65.89, 58.93, 638),
                    reverse_validation=0.9361,
                    label_preservation=0.9621,
                    **_AUGMENTED,
                ),
            ),
            "AttGAN": System(
                "AttGANSampler",
                presets.LACAN2023_TCGA["AttGANSampler"],
                _figures(
                    (88.15, 89.6, 64.37, 74.92, 70.21, 2_204),
                    reverse_validation=0.9276,
                    label_preservation=0.9695,
                    **_AUGMENTED,
                ),
            ),
        },
        n_real=_N_REAL,
        notes=(
            *_EVERYWHERE,
            "Generators are conditioned only on the label; the published ones also on age, sex and tumour or normal. "
            "Figures for tumour against normal are omitted.",
            "Widths and learning rates of the published generators were not found, so we use our own.",
            "The published AttGAN uses protein interactions as well as co-expression: pass them as --graph.",
            "The Frechet distance depends on the classifier that embeds: compare systems within a column.",
            "Accuracy with n real rows follows the oracle protocol, as published: the generator saw all training "
            "rows, the classifier n of them. `benchmark --protocol honest,oracle` shows what remains without that.",
        ),
        shares=_TCGA,
    )
}

#: By paper and cohort.
PUBLISHED: dict[str, dict[str, Published]] = {
    "lacan2023": _LACAN2023,
    "lacan2026": _LACAN2026,
    "gmda2024": _GMDA2024,
}
