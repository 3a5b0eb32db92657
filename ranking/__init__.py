"""Pure functions on plain frames: what a figure means, how units compare. No I/O."""

__version__ = "0.1.0"
