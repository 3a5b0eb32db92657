"""A stand-in for the national portal over real HTTP: what it answers, and how it can misbehave."""

from tests.stand_in.recorded import Recorded, recorded_folder
from tests.stand_in.server import StandIn
from tests.stand_in.troubles import Trouble
from tests.stand_in.world import World

__all__ = ["Recorded", "StandIn", "Trouble", "World", "recorded_folder"]
