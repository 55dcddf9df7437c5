"""Neural networks from blocks that know their own gradients."""
