from beras.autodiff import *
