"""The whole country, from its communes and departments up: every figure that there is."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from etl.simulation.blocks import BASES, Block, summed
from etl.simulation.calibration import PROVINCES, Calibration
from etl.simulation.draws import stream
from etl.simulation.fields import figures_by_field
from etl.simulation.form_figures import filed_figures, form_rates, resolved_figures
from etl.simulation.index_scores import index_scores
from etl.simulation.levels import Levels, on_time_logit, solved_levels
from etl.simulation.months import Months
from etl.simulation.oddities import planted, with_rates, with_repeats
from etl.simulation.portal_figures import on_time_figures, portal_rates, service_figures
from etl.simulation.silences import silence
from etl.simulation.volumes import received
from etl.simulation.world import Units, World, new_units, old_units
from ranking.vocabulary import COUNTRY


@dataclass(frozen=True)
class Era:
    """The units of one era, their rates (units × months, the chance of each thing counted) and their figures."""

    units: Units
    rates: dict[str, np.ndarray]
    block: Block


def country(world: World, months: Months, calibration: Calibration) -> list[Block]:
    """Old communes, new communes with departments, provinces, the country."""
    new = new_units(world, months.new(), calibration)
    old = old_units(world, new, months.old(), calibration)
    levels = solved_levels(new, months, calibration)
    before, since = _era(old, levels, months, calibration).block, _since(new, levels, months, calibration).block
    provinces = summed(world.provinces["code"].to_numpy(), "province", [(before, old.home), (since, new.home)])
    nation = summed(np.array([COUNTRY], object), "country", [(provinces, np.zeros(PROVINCES, int))])
    scores = index_scores(since, provinces, new, months, calibration)
    scored = [replace(block, scores=own) for block, own in zip((since, provinces, nation), scores, strict=True)]
    return [before, *scored]


def since_merger(world: World, months: Months, calibration: Calibration) -> Era:
    """The communes of today and the departments, with their fields."""
    new = new_units(world, months.new(), calibration)
    return _since(new, solved_levels(new, months, calibration), months, calibration)


def _since(new: Units, levels: Levels, months: Months, calibration: Calibration) -> Era:
    era = _era(new, levels, months, calibration)
    fields = figures_by_field(era.block.figures, new, months, calibration)
    return replace(era, block=replace(era.block, by_field=fields))


def _era(units: Units, levels: Levels, months: Months, calibration: Calibration) -> Era:
    oddities = planted(units, months, calibration)
    rates = with_rates(_rates(units, levels, months, calibration), units.months, oddities, months)
    dossiers = received(units, months, calibration)
    figures = with_repeats(_figures(units, dossiers, rates, calibration), oddities)
    silent = {basis: silence(units, basis, months, calibration, oddities) for basis in BASES}
    return Era(units, rates, Block(units.codes, units.levels, units.months, figures, silent))


def _rates(units: Units, levels: Levels, months: Months, calibration: Calibration) -> dict[str, np.ndarray]:
    on_time = on_time_logit(units, levels, months, calibration)
    portal = portal_rates(units, on_time, levels, months, calibration)
    return portal | form_rates(units, on_time, portal["days"], months, calibration)


def _figures(
    units: Units, dossiers: np.ndarray, rates: dict[str, np.ndarray], calibration: Calibration
) -> dict[str, np.ndarray]:
    """Whole dossiers from rates, all from one stream: another order of the calls gives other figures."""
    rng = stream(calibration, "dossiers", units.era)
    figures = on_time_figures(rng, dossiers, rates)
    figures |= filed_figures(rng, dossiers, rates, calibration)
    figures |= service_figures(rng, dossiers, figures["on_time"], rates, calibration)
    return figures | resolved_figures(rng, figures["in_period"], rates)
