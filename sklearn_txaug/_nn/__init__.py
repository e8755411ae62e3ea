"""Torch modules and their training, which samplers and multilayer perceptrons share."""
