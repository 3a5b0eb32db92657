"""What all pages of the static site share: the site, a page before it is set, its head and its frame."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import jinja2
from markupsafe import Markup

from display.drawing import icons, small_charts, strokes
from display.drawing.icons import icon
from display.portraits import plain_chart
from display.portraits.replies import Figure
from display.words.text import LANGUAGES, Speaker
from journal.reply import Reply
from press.site import data
from press.site.paths import DOWNLOADS, HOME, MEASURES, METHODS, download_path, in_language, picture_path

TEMPLATES = Path(__file__).with_name("templates")
_DESCRIBED = 200
_PLAIN = (
    "name",
    "tagline",
    "skip",
    "menu",
    "home",
    "measures",
    "methods",
    "downloads",
    "other_language",
    "licence",
    "search",
    "provinces",
    "missing",
)
_LONGER = {
    "home": ("sentence",),
    "search": ("none", "trouble", "formerly"),
    "province": ("table", "note"),
    "measure": ("how", "over", "caveats"),
    "downloads": ("sentence", "catalog", "none", "file", "period", "size"),
}


@dataclass(frozen=True)
class Site:
    """What all pages share: the address of the whole, the nature of its figures, and its hashed assets.

    `objections`: by commune and figure, those that the public sees (`display.portraits.replies.of_all`).
    """

    base: str
    nature: str
    style: str
    script: str
    index: str
    downloads: frozenset[str]
    objections: Mapping[str, Mapping[Figure, Reply]] = field(default_factory=dict)


@dataclass(frozen=True)
class Text:
    """A page before it is set: its path, its template, and the values that the template takes."""

    path: str
    template: str
    values: Mapping[str, object]

    @property
    def source(self) -> str:
        """All that shapes the page."""
        return f"{edition()}{self.template}{self.values!r}"

    def html(self) -> bytes:
        return _environment().get_template(self.template).render(**self.values).encode()


@lru_cache(maxsize=1)
def _environment() -> jinja2.Environment:
    """Everything that comes from data is escaped; a name that a template lacks is an error."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["icon"] = lambda name: Markup(icon(name))
    return environment


@lru_cache(maxsize=1)
def edition() -> str:
    """A stamp of what shapes pages besides their words and figures: templates and code."""
    drawings = (Path(inspect.getfile(module)) for module in (icons, plain_chart, small_charts, strokes))
    files = [*sorted(TEMPLATES.iterdir()), *sorted(TEMPLATES.parent.glob("*.py")), *drawings]
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:16]


def text(say: Speaker, path: str, template: str, values: Mapping[str, object]) -> Text:
    return Text(in_language(path, say.language), template, {**values, "w": _words(say.language)})


@lru_cache(maxsize=2)
def _words(language: str) -> Mapping[str, str]:
    say = Speaker(language)
    found = {name: say(f"site.{name}") for name in _PLAIN}
    found |= {f"{head}.{name}": say(f"site.{head}.{name}") for head, names in _LONGER.items() for name in names}
    return found | {
        "figures": say("public.figures"),
        "reading": say("public.online.reading"),
        "table": say("public.online.table"),
        **{key: say(key) for key in ("centre.page", "centre.map")},
    }


def page(site: Site, say: Speaker, path: str, title: str, description: str, picture: str, linked: str) -> dict:
    """The head of a page and its frame; `picture` is the code of its picture, `linked` its JSON-LD."""
    language = say.language
    other = next(code for code in LANGUAGES if code != language)
    own = in_language(path, language)
    return {
        "language": language,
        "title": title,
        "description": description,
        "address": address(site, path, language),
        "alternates": [
            *((code, address(site, path, code)) for code in LANGUAGES),
            ("x-default", address(site, path, "vi")),
        ],
        "root": "../" * own.count("/"),
        "home": in_language(HOME, language),
        "menu": [
            (in_language(target, language), say(f"site.{name}"))
            for target, name in ((HOME, "home"), (MEASURES, "measures"), (METHODS, "methods"), (DOWNLOADS, "downloads"))
        ],
        "other": in_language(path, other),
        "other_language": other,
        "style": site.style,
        "script": site.script,
        "index": site.index,
        "units": in_language("don-vi/", language),
        "nature": say("site.simulated") if site.nature == "simulated" else say("site.real"),
        "is_simulated": site.nature == "simulated",
        "is_indexed": True,
        "picture": f"{site.base}{in_language(picture_path(picture), language)}" if picture else "",
        "linked_data": Markup(linked) if linked else "",
    }


def address(site: Site, path: str, language: str) -> str:
    return site.base + data.tidy(in_language(path, language))


def root_of(base: str) -> str:
    """The part of the site's address after its host: `/` or `/gan-dan/`."""
    return "/" + base.partition("://")[2].partition("/")[2]


def download(site: Site, province: str) -> str:
    return f"{site.base}{download_path(province)}" if province in site.downloads else ""


def described(text: str) -> str:
    """A description that ends at a word."""
    return text if len(text) <= _DESCRIBED else text[:_DESCRIBED].rpartition(" ")[0] + " …"
