"""The safety checker over a folder of pictures: exact verdicts, nothing changed, nothing passed over.

In the order of the work: ``files`` and ``picture`` find and read, ``transform`` makes CLIP's pixels, ``score`` and
``rule`` judge, ``scan`` goes through a folder and ``journal`` lets it go on after an end, ``report`` (with ``table``,
``export`` and ``contact_sheet``) shows the outcome, ``plant`` makes checkers with a known outcome, ``evaluation`` holds
verdicts against labels.
"""

from beras.diffusion.safety.evaluation import Confusion, TradeOff, confusion, needed_lowering, trade_off
from beras.diffusion.safety.files import ImageFiles
from beras.diffusion.safety.picture import PictureError, read_picture
from beras.diffusion.safety.plant import plant
from beras.diffusion.safety.report import ScanReport
from beras.diffusion.safety.scan import ScanInterrupted, scan
from beras.diffusion.safety.score import score
from beras.diffusion.safety.scores import SafetyScores
from beras.diffusion.safety.transform import ClipTransform, clip_transform

__all__ = [
    "ClipTransform",
    "Confusion",
    "ImageFiles",
    "PictureError",
    "SafetyScores",
    "ScanInterrupted",
    "ScanReport",
    "TradeOff",
    "clip_transform",
    "confusion",
    "needed_lowering",
    "plant",
    "read_picture",
    "scan",
    "score",
    "trade_off",
]
