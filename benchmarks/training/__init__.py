"""Contenders that train: ``Contender(weights, batch, scale)`` with ``train(x, y, epochs)`` and ``classes(x)``.

``train`` returns the seconds that its epochs took, all of them together or one by one, and makes the same updates
whoever trains: a new random order each epoch, batches of ``batch`` and the rest as a smaller one, cross-entropy, Adam
at `RATE` with epsilon `EPSILON`, and loss and hits kept as a progress bar would show them. ``scale`` multiplies the
images as their batch is gathered: 1, or 1/255 for bytes. ``classes`` returns the predicted classes ``(samples,)``.
"""

RATE = 1e-3
EPSILON = 1e-7
BETA_1, BETA_2 = 0.9, 0.999
