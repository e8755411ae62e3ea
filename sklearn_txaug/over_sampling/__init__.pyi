"""Samplers: ``fit_resample`` returns the real rows followed by labelled synthetic rows."""

from ._attgan import AttGANSampler as AttGANSampler
from ._copula import CopulaSampler as CopulaSampler
from ._ctgan import CTGANSampler as CTGANSampler
from ._diffusion import DDIMSampler as DDIMSampler
from ._diffusion import DDPMSampler as DDPMSampler
from ._flow import FlowMatchingSampler as FlowMatchingSampler
from ._frozen import FrozenSampler as FrozenSampler
from ._gan import GANSampler as GANSampler
from ._gaussian import GaussianSampler as GaussianSampler
from ._gmda import GMDASampler as GMDASampler
from ._landmark import LandmarkSampler as LandmarkSampler
from ._latent import LatentSampler as LatentSampler
from ._private import PrivateGaussianSampler as PrivateGaussianSampler
from ._private_copula import PrivateCopulaSampler as PrivateCopulaSampler
from ._tabddpm import TabDDPMSampler as TabDDPMSampler
from ._transfer import TransferFlowSampler as TransferFlowSampler
from ._tvae import TVAESampler as TVAESampler
from ._vae import VAESampler as VAESampler
from ._wgan_gp import WGANGPSampler as WGANGPSampler
