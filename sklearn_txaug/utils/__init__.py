"""Helpers of the whole package."""
