"""Twins of ``beras/autodiff/rules/fourier.py``."""

from __future__ import annotations

import numpy as np
import torch

from beras.oracle.twins.adapters import tensor
from beras.oracle.twins.registry import twin

twin(np.fft.fftshift, lambda x, axes=None: torch.fft.fftshift(tensor(x), axes))
twin(np.fft.ifftshift, lambda x, axes=None: torch.fft.ifftshift(tensor(x), axes))
