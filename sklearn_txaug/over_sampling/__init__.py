"""Samplers: ``fit_resample`` returns the real rows and labelled synthetic rows below them."""

from ._attgan import AttGANSampler
from ._gan import GANSampler
from ._gaussian import GaussianSampler
from ._vae import VAESampler
from ._wgan_gp import WGANGPSampler

__all__ = ["AttGANSampler", "GANSampler", "GaussianSampler", "VAESampler", "WGANGPSampler"]
