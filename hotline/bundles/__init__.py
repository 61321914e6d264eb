"""Trainers' content as bundles: checked, kept by their hash, published, rolled back, and switched under a running
hotline. A call keeps the bundle it began with.
"""
