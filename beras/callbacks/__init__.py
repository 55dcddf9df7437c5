"""Callbacks: what a training run calls at its turning points."""

from beras.callbacks.backup_and_restore import BackupAndRestore
from beras.callbacks.callback import Callback
from beras.callbacks.callback_list import CallbackList
from beras.callbacks.csv_logger import CSVLogger
from beras.callbacks.early_stopping import EarlyStopping
from beras.callbacks.history import History
from beras.callbacks.lambda_callback import LambdaCallback
from beras.callbacks.learning_rate_scheduler import LearningRateScheduler
from beras.callbacks.model_checkpoint import ModelCheckpoint
from beras.callbacks.progress import ProgbarLogger
from beras.callbacks.reduce_lr_on_plateau import ReduceLROnPlateau
from beras.callbacks.swap_ema_weights import SwapEMAWeights
from beras.callbacks.tensorboard import TensorBoard
from beras.callbacks.terminate_on_nan import TerminateOnNaN

__all__ = [
    "BackupAndRestore",
    "CSVLogger",
    "Callback",
    "CallbackList",
    "EarlyStopping",
    "History",
    "LambdaCallback",
    "LearningRateScheduler",
    "ModelCheckpoint",
    "ProgbarLogger",
    "ReduceLROnPlateau",
    "SwapEMAWeights",
    "TensorBoard",
    "TerminateOnNaN",
]
