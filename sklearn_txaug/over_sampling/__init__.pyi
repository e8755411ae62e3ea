"""Samplers: ``fit_resample`` returns the real rows followed by labelled synthetic rows."""

from ._attgan import AttGANSampler
from ._copula import CopulaSampler
from ._ctgan import CTGANSampler
from ._diffusion import DDIMSampler, DDPMSampler
from ._flow import FlowMatchingSampler
from ._frozen import FrozenSampler
from ._gan import GANSampler
from ._gaussian import GaussianSampler
from ._gmda import GMDASampler
from ._landmark import LandmarkSampler
from ._latent import LatentSampler
from ._private import PrivateGaussianSampler
from ._private_copula import PrivateCopulaSampler
from ._tabddpm import TabDDPMSampler
from ._transfer import TransferFlowSampler
from ._tvae import TVAESampler
from ._vae import VAESampler
from ._wgan_gp import WGANGPSampler

__all__ = [
    "AttGANSampler",
    "CTGANSampler",
    "CopulaSampler",
    "DDIMSampler",
    "DDPMSampler",
    "FlowMatchingSampler",
    "FrozenSampler",
    "GANSampler",
    "GMDASampler",
    "GaussianSampler",
    "LandmarkSampler",
    "LatentSampler",
    "PrivateCopulaSampler",
    "PrivateGaussianSampler",
    "TVAESampler",
    "TabDDPMSampler",
    "TransferFlowSampler",
    "VAESampler",
    "WGANGPSampler",
]
