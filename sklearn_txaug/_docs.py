"""Parameter texts that samplers share; `shared_parameters` puts them into a class docstring."""

from __future__ import annotations

from typing import TypeVar

_Class = TypeVar("_Class", bound=type)

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

TRAINING = """\
    max_epochs : int or None, default=None
        Passes over the training rows. None stops after a number of optimiser steps that suits cohorts of 50
        to 5,000 rows.
    lr : float
        Learning rate.
    batch_size : int or None, default=None
        Rows a batch. None is an eighth of the rows, at least 16 and at most 128.
    ema_decay : float in [0, 1) or None
        Decay of the moving average of the weights that sampling uses; None samples from the last weights.
    device : str or torch.device, default="auto"
        ``"auto"`` is CUDA if there is one, else MPS, else the CPU. The fitted sampler always lives on the CPU.
    verbose : int, default=0
        1 shows a progress bar, 2 skorch's table of epochs.
    callbacks : list of skorch callbacks or None, default=None
        Further callbacks.
    net_params : dict or None, default=None
        Further arguments of the skorch net, for example ``{"optimizer__betas": (0.5, 0.9)}`` or
        ``{"compile": True}``."""

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
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the features, if `X` had string column names."""

NETWORK = """\
    module_ : torch.nn.Module
        The trained generator, on the CPU.
    history_ : skorch.history.History
        Losses and durations of each epoch."""


def shared_parameters(cls: _Class) -> _Class:
    """Replace ``{amounts}``, ``{training}``, ``{fitted}`` and ``{network}`` in the docstring of `cls`."""
    texts = {"amounts": AMOUNTS, "training": TRAINING, "fitted": FITTED, "network": NETWORK}
    doc = cls.__doc__ or ""
    for name, text in texts.items():
        doc = doc.replace(f"    {{{name}}}", text)
    cls.__doc__ = doc
    return cls
