"""Helpers used throughout the package."""
