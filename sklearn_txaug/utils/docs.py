"""Texts that docstrings share; `shared_parameters` puts those of the samplers into a class docstring."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

_Documented = TypeVar("_Documented")

AMOUNTS = """\
    sampling_strategy : float, str, dict or callable, default="auto"
        Class totals after resampling, as in imbalanced-learn: ``"auto"`` fills every class up to the
        largest. Used when `n_synthetic` is None.
    n_synthetic : int, float, dict or None, default=None
        Amount of synthetic rows: an int is the number of rows in all, a float a share of the training rows
        (both spread over the classes as the training labels are), a dict the rows of each class. 0 returns
        the real rows and trains nothing. None follows `sampling_strategy`.
    scaler : transformer, "passthrough" or None, default=None
        Fitted on the training rows; the generator works in its space and its `inverse_transform` maps back.
        None is a `StandardScaler`.
    nonnegative : bool, default=False
        Clip synthetic values at 0 and store the clipped share in `clipped_share_`.
    random_state : int, RandomState instance or None, default=None
        Decides training and sampling; global random states are neither used nor changed."""

MAPPING = """\
    quantile_mapping : bool, default=True
        Give the synthetic rows of a class, gene by gene and rank by rank, the quantiles of its training rows; what
        the generator decides is how genes go together. The rows of one draw are ranked together. A class with one
        row is not mapped."""

TRAINING = f"""\
    max_epochs : int or None, default=None
        Passes over the training rows. None stops after a number of optimiser steps that suits cohorts of 50
        to 5,000 rows.
    lr : float
        Learning rate.
    batch_size : int or None, default=None
        Rows a batch. None is an eighth of the rows, at least 16 and at most 128.
    ema_decay : float in [0, 1) or None
        Decay of the moving average of the weights that sampling uses; None samples from the last weights.
{MAPPING}
    device : str or torch.device, default="auto"
        ``"auto"`` is CUDA if there is one, else MPS, else the CPU. The fitted sampler always lives on the CPU.
    verbose : int, default=0
        1 shows a progress bar, 2 skorch's table of epochs.
    callbacks : list of skorch callbacks or None, default=None
        Further callbacks, for example :class:`~sklearn_txaug.callbacks.IndicatorCheckpoint`.
    net_params : dict or None, default=None
        Further arguments of the skorch net, for example ``{{"optimizer__betas": (0.5, 0.9)}}`` or
        ``{{"compile": True}}``."""

PLAYERS = """\
    generator_hidden_layer_sizes : tuple of int, default=(256, 256)
        Widths of the generator's hidden layers.
    critic_hidden_layer_sizes : tuple of int, default=(256, 256)
        Widths of the critic's hidden layers.
    latent_dim : int, default=64
        Width of the noise vector.
    generator_norm : {"layer", "batch", "none"}, default="layer"
        Normalisation in the generator's hidden layers.
    critic_norm : {"layer", "none"}, default="none"
        Normalisation in the critic's hidden layers, row by row: batch normalisation, under which the critic's
        output and a gradient penalty would depend on the other rows, is not offered.
    conditioning : {"embedding", "paper"}, default="embedding"
        ``"embedding"`` is a learned vector of the class beside its one-hot code, ``"paper"`` the published
        element-wise code of width ``2 * n_classes``.
    critic_lr : float or None, default=None
        Learning rate of the critic; None is `lr`."""

DENOISING = """\
    hidden_layer_sizes : tuple of int or None, default=None
        Width of each residual block. None is two blocks, of 128 below 1,500 training rows and of 256 from there on.
    network : {"film", "mlp", "paper"}, default="film"
        ``"film"`` scales and shifts the input of each block by time and class; ``"paper"`` is the network of
        Lacan et al. 2026, of residual LayerNorm blocks; ``"mlp"`` is that of `TabDDPMSampler`.
    dropout : float in [0, 1), default=0.1
        Dropout in each block.
    conditioning : {"embedding", "paper"}, default="embedding"
        ``"embedding"`` is a learned vector of the class beside its one-hot code, ``"paper"`` the published
        element-wise code of width ``2 * n_classes``, which needs ``preconditioning="none"``.
    preconditioning : {"gaussian", "none"}, default="gaussian"
        ``"gaussian"`` lets the network correct the best denoiser of a Gaussian for each class, ``"none"`` lets it
        predict from nothing, as published.
    n_components : int or None, default=128
        Principal components to generate in, at most a quarter of the rows; None generates the features
        themselves.
    n_neighbors : int >= 0, default=15
        Nearest training rows whose residuals make the noise that decoding adds for the other components; 0 adds
        none.
    label_dropout : float in [0, 1], default=0.1
        Share of the training rows shown without their class, for `guidance`.
    guidance : float >= 0, default=0
        Strength of classifier-free guidance; 0 is none. Quantile mapping takes back what it moves gene by gene."""

FITTED = """\
    classes_ : ndarray of shape (n_classes,)
        Class labels.
    sampling_strategy_ : dict
        Synthetic rows of each class.
    scaler_ : transformer
        The fitted scaler.
    is_synthetic_ : ndarray of bool of shape (n_samples + n_synthetic,)
        Mask of the last `fit_resample` result.
    n_features_in_ : int
        Number of features seen in `fit`.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the features, if `X` had string column names."""

NETWORK = """\
    module_ : torch.nn.Module
        The trained generator, on the CPU.
    history_ : skorch.history.History
        Losses and durations of each epoch."""


def with_texts(texts: Mapping[str, str]) -> Callable[[_Documented], _Documented]:
    """Return a decorator that replaces ``{name}`` in a docstring by the text of that name."""

    def fill(documented: _Documented) -> _Documented:
        doc = documented.__doc__ or ""
        for name, text in texts.items():
            doc = doc.replace(f"{{{name}}}", text.lstrip())
        documented.__doc__ = doc
        return documented

    return fill


shared_parameters = with_texts(
    {
        "amounts": AMOUNTS,
        "mapping": MAPPING,
        "training": TRAINING,
        "players": PLAYERS,
        "denoising": DENOISING,
        "fitted": FITTED,
        "network": NETWORK,
    }
)
