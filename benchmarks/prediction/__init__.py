"""Contenders that predict: ``bind(weights, x, block)`` returns a call without arguments that answers for ``x``.

The answer is the probabilities ``(samples, 10)`` as an array or a tensor of the library, computed ``block`` samples
at a time. Whatever a user does once (make the model, turn ``x`` into a tensor, compile) is done before the call.
"""
