"""How far places lie apart as the crow flies: the great circle between them, by the haversine formula."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

EARTH_KM = 6371.0


def distances_km(lat: float, lon: float, lats: ArrayLike, lons: ArrayLike) -> NDArray[np.float64]:
    """Kilometres from one place to many; all in degrees."""
    here, there = np.radians(lat), np.radians(np.asarray(lats, np.float64))
    north, east = (there - here) / 2, np.radians(np.asarray(lons, np.float64) - lon) / 2
    square = np.sin(north) ** 2 + np.cos(here) * np.cos(there) * np.sin(east) ** 2
    apart: NDArray[np.float64] = 2 * EARTH_KM * np.arcsin(np.sqrt(square))
    return apart
