"""The device that nets run on."""

from __future__ import annotations

import torch


def resolve_device(device: str | torch.device) -> torch.device:
    """Turn ``"auto"`` into CUDA, else MPS, else the CPU, and refuse a device that is not available.

    ``CUDA_VISIBLE_DEVICES`` is honoured, as torch does.
    """
    if device == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    try:
        resolved = torch.device(device)
    except (RuntimeError, TypeError) as error:
        raise ValueError(f"device={device!r} is not a torch device; use 'auto', 'cpu' or 'cuda:0'") from error
    missing_cuda = resolved.type == "cuda" and (resolved.index or 0) >= torch.cuda.device_count()
    if missing_cuda or (resolved.type == "mps" and not torch.backends.mps.is_available()):
        raise ValueError(
            f"device={device!r} was requested, but torch {torch.__version__} sees {torch.cuda.device_count()} "
            "CUDA device(s) here; use device='auto' or device='cpu'"
        )
    return resolved
