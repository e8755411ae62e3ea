"""Samplers: ``fit_resample`` returns the real rows and labelled synthetic rows below them."""

from ._gaussian import GaussianSampler
from ._vae import VAESampler
from ._wgan_gp import WGANGPSampler

__all__ = ["GaussianSampler", "VAESampler", "WGANGPSampler"]
