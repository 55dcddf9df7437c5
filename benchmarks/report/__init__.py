"""From records to a verdict: medians and spreads, ratios, goals, tables, figures, and the files that keep them."""
