"""What a commune needs to be among the first third, in words: dossiers, fields, luck, similar communes, how fresh."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from display.portraits import practices as noted_of
from display.portraits import promises
from display.portraits.first_third import Similar, Way, silent_months
from display.words import addresses, numbers, practices
from display.words.chances import chance_words
from display.words.places import months_words
from display.words.view import View
from files.faults import Fault
from journal.typed import seen
from ranking.before_after import Stretch
from ranking.first_third import Gap, Step
from ranking.frame_types import Row as Cells
from ranking.periods import local_day
from store import case_mix, units
from store.practices import Practice
from store.reference import province_name

_MOST_FIELDS = 3
_MOST_UNITS = 5


def need(view: View, way: Way) -> str:
    """`Tháng 8/2026: 33 hồ sơ trễ trong 475; nhóm tốt (từ …) cho phép 22: bớt 11.`; the target where there is one."""
    step = way.third
    said = view.say(
        "third.need" if step.fewer else "third.there",
        period=numbers.period(way.row.period, view.language),
        what=what(view, way),
        level=level(view, way),
        **_counts(view, step),
    )
    return " ".join([said, *_target(view, way)])


def _target(view: View, way: Way) -> list[str]:
    if way.target is None:
        return []
    target = numbers.target_value(way.row.measure, view.language)
    key = "third.target.need" if way.target.fewer else "third.target.there"
    counts = _counts(view, way.target)
    return [view.say(key, target=target, allowed=counts["allowed"], fewer=counts["fewer"])]


def what(view: View, way: Way) -> str:
    """What should be few: late dossiers of a measure of punctuality, else those that fall short."""
    return view.say("third.late" if way.row.measure.id in case_mix.ON_TIME else "third.unmet")


def level(view: View, way: Way) -> str:
    """The level of the first third with its direction: `95,4 % trở lên`."""
    side = "low" if way.row.measure.direction == "lower" else "high"
    return view.say(f"third.level.{side}", level=numbers.with_unit(way.third.threshold, way.row.measure, view.language))


def _counts(view: View, step: Step) -> dict[str, str]:
    parts = {"bad": step.bad, "n": step.n, "allowed": step.allowed, "fewer": step.fewer}
    return {name: numbers.number(count, view.language) for name, count in parts.items()}


def fields(view: View, way: Way) -> str:
    """The fields with the most dossiers to mend: `Trong đó riêng Đất đai 17 trong 53 (…)`."""
    found = [gap for gap in way.gaps if gap.bad][:_MOST_FIELDS]
    if not found:
        return "" if way.gaps else view.say("third.fields.none")
    return view.say("third.fields", fields="; ".join(_field(view, gap) for gap in found))


def _field(view: View, gap: Gap) -> str:
    bad, n = (numbers.number(count, view.language) for count in (gap.bad, gap.n))
    if gap.usual is None or not gap.fewer:
        return view.say("third.field", field=gap.field, bad=bad, n=n)
    usual, fewer = numbers.number(gap.bad - gap.fewer, view.language), numbers.number(gap.fewer, view.language)
    return view.say("third.field.usual", field=gap.field, bad=bad, n=n, usual=usual, fewer=fewer)


def luck(view: View, way: Way) -> str:
    """How much of it chance could do, and what must be usual for the level to be safe."""
    step = way.third
    if step.by_luck is None or step.safe is None:
        return view.say("third.luck.unknown")
    key = "third.luck" if step.fewer else "third.luck.there"
    said = view.say(key, chance=chance_words(view.say, step.by_luck))
    safe, n = (numbers.number(count, view.language) for count in (step.safe, step.n))
    return f"{said} {view.say('third.safe', safe=safe, n=n, what=what(view, way))}"


def chance(view: View, step: Step) -> str:
    """The same in a cell of a table."""
    return numbers.MISSING if step.by_luck is None else chance_words(view.say, step.by_luck)


def similar(view: View, way: Way, found: Similar | None) -> str:
    """Which similar communes have come to the level within a year, each as a link. Plain text but for the links."""
    say = view.say
    if found is None:
        return say("third.similar.unknown")
    before, after = (_months(view, stretch) for stretch in (found.before, found.after))
    n = numbers.number(found.looked_at, view.language)
    if not found.reached:
        return say("third.similar.none", n=n, before=before, after=after)
    shown = found.reached[:_MOST_UNITS]
    began = {row["unit_code"]: _began(view, row["unit_code"], found) for row in shown}
    named = "; ".join(_one(view, way, row, began[row["unit_code"]]) for row in shown)
    k = numbers.number(len(found.reached), view.language)
    said = say("third.similar", n=n, k=k, before=before, after=after, units=named)
    if any(_done(view, code) or began[code] for code in began):
        return said
    return f"{said} {say('third.similar.how')}"


def _began(view: View, code: str, found: Similar) -> list[Practice]:
    """The practices begun there within the months that are set against each other, the latest first."""
    try:
        noted = noted_of.of_unit(view, code)
    except Fault:
        return []
    return [one for one in noted if found.before.first <= one.since <= found.after.last]


def _done(view: View, code: str) -> str:
    """What a commune did as promised, the last of it that the reader may see; empty where nothing is known."""
    kept = [one for one in promises.of_unit(view, code) if one.closed_as == "kept"]
    return seen(kept[0].what) if kept else ""


def _one(view: View, way: Way, row: Cells, began: Sequence[Practice]) -> str:
    unit = units.known(row["unit_code"])
    shares = (100 * row[f"share_{side}"] for side in ("before", "after"))
    before, after = (numbers.with_unit(share, way.row.measure, view.language) for share in shares)
    link = addresses.anchor(view, unit["full_name"], "unit", unit=unit["code"])
    province = escape(province_name(unit["province_code"]))
    said = view.say("third.similar.one", unit=link, province=province, before=before, after=after)
    done = _done(view, unit["code"])
    parts = [said, *([escape(view.say("third.similar.done", what=done))] if done else [])]
    for one in began:
        since = numbers.day(one.since, view.language)
        parts.append(escape(view.say("practices.similar", what=practices.head(view, one), since=since)))
    return " ".join(parts)


def _months(view: View, stretch: Stretch) -> str:
    return months_words(stretch.first, stretch.last, view.language)


def fresh(view: View, way: Way) -> str:
    """When the figures were taken, and how many of the last months are missing."""
    row, said = way.row, []
    if row.captured_at is not None:
        days = (local_day(row.captured_at) - row.period.end).days
        period = numbers.period_in_sentence(row.period, view.language)
        day = numbers.local_date(row.captured_at, view.language)
        known = {"period": period, "day": day}
        if days > 0:
            said.append(view.say("third.fresh", days=numbers.number(days, view.language), **known))
        else:
            said.append(view.say("third.fresh.open", **known))
    missing, asked = silent_months(row)
    if asked:
        n, total = numbers.number(missing, view.language), numbers.number(asked, view.language)
        said.append(
            view.say("third.fresh.silent", n=n, all=total) if missing else view.say("third.fresh.complete", all=total)
        )
    return " ".join(said)
