"""beras beside its peers: who trains, predicts, differentiates and starts how fast. ``make bench`` runs it all."""
