"""One training run, from its configuration to the folder that it leaves behind.

`RunConfig` says what is trained, `train` carries it out, `RunFolder` is where everything of it is written and read.
"""

from beras.training.build import build_model
from beras.training.config import RunConfig
from beras.training.folder import RunFolder, RunFolderError
from beras.training.image import ImageError, PreparedImage, prepare_image
from beras.training.presets import PRESETS
from beras.training.resolve import resolve
from beras.training.run import Finished, RunResult, TrainingDiverged, train

__all__ = [
    "PRESETS",
    "Finished",
    "ImageError",
    "PreparedImage",
    "RunConfig",
    "RunFolder",
    "RunFolderError",
    "RunResult",
    "TrainingDiverged",
    "build_model",
    "prepare_image",
    "resolve",
    "train",
]
