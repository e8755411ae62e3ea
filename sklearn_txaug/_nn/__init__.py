"""Torch modules and their training, shared by samplers and multilayer perceptrons."""
