import numpy as np
from beras.autodiff.registry import define, constant
define(np.sum, lambda g, ans, x, axis=None, keepdims=False: np.broadcast_to(np.expand_dims(g, axis) if axis is not None and not keepdims else g, x.shape))
define(np.reshape, lambda g, ans, x, shape: np.reshape(g, x.shape))
define(np.broadcast_to, lambda g, ans, x, shape: g)
define(np.expand_dims, lambda g, ans, x, axis: np.reshape(g, x.shape))
define(np.square, lambda g,ans,x: g*2*x)
define(np.power, lambda g,ans,x,y: g*y*x**(y-1), None)
define(np.sin, lambda g,ans,x: g*np.cos(x)); define(np.cos, lambda g,ans,x: -g*np.sin(x))
constant(np.shape, np.ndim, np.round, np.zeros_like, np.ones_like)
