"""Pure functions on plain frames: what a figure means, how units compare. No I/O."""
