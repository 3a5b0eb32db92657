"""The static site: every commune, both languages, links that lead somewhere, nothing withheld, one atomic switch."""

from __future__ import annotations

import csv
import gzip
import io
import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin, urlsplit
from xml.etree import ElementTree

import pytest
from PIL import Image

from display.portraits import plain_words
from display.portraits.plain_figures import Portrait, Province, province
from display.words.text import Speaker
from etl.__main__ import main
from etl.publishing.harvest import Harvest, measurement_rows
from etl.publishing.publish import publish
from etl.publishing.release import release as to_public
from files.faults import Fault
from files.places import HOME
from press.site import band_map, command
from press.site import pages as site_pages
from press.site import picture as site_picture
from press.site.command import build
from press.site.release import release
from store import units
from store.snapshot import open_snapshot
from tests.conftest import CAPTURED, _row
from tests.pages.test_transparency import answer, place

LATER = CAPTURED.replace(day=5)
BASE = "https://site.example/gan-dan/"
HEAVIEST = 60_000
FIGURES = {"04792": (90, 100), "04795": (70, 100), "04828": (7, 8), "04849": (19, 23)}
WITHHELD = {"04828": ("87,5", "87.5"), "04849": ("82,6", "82.6")}


def publish_small(data: Path, nghi_son: int = 75, nature: str = "live") -> None:
    """Phú Thọ with two communes shown, two withheld and one silent, and Nghi Sơn in Thanh Hóa."""
    form = {"measure": "on_time_share_form", "series": "ii06", "basis": "form"}
    rows = [_row(unit_code=code, numerator=a, denominator=b, **form) for code, (a, b) in FIGURES.items()]
    rows += [
        _row(unit_code="04831", state="not_reported", **form),
        _row(unit_code="25", level="province", numerator=186, denominator=231, **form),
        _row(unit_code="16654", numerator=nghi_son, denominator=100, **form),
    ]
    publish(data, nature, Harvest(measurement_rows(rows), CAPTURED, ["portal:test"]), nature=nature)
    if nature == "live":
        to_public(data, nature, "an@phutho.vn", "Biểu tháng 8")


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Iterator[Path]:
    """The folder `current` of a site of Phú Thọ."""
    folder = tmp_path_factory.mktemp("site")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GANDAN_DATA", str(folder / "data"))
        publish_small(folder / "data")
        build(folder / "out", "live", base=BASE, only=["25"])
        yield folder / "out" / "current"


class Marks(HTMLParser):
    """What a page links to and loads, in which language it is, and its alternates."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.language = ""
        self.canonical = ""
        self.alternates: dict[str, str] = {}
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        known = dict(attributes)
        if tag == "html":
            self.language = known["lang"]
        elif tag == "a":
            self.links.append(known["href"])
        elif tag == "link" and known["rel"] == "canonical":
            self.canonical = known["href"]
        elif tag == "link" and known["rel"] == "alternate":
            self.alternates[known["hreflang"]] = known["href"]
        elif tag in ("link", "script", "img", "iframe", "source"):
            self.loaded += [known[name] for name in ("href", "src") if known.get(name)]
        elif tag == "form":
            self.loaded.append(known["data-index"])


def pages(folder: Path) -> dict[str, Marks]:
    found = sorted(path for path in folder.rglob("*.html") if path.name != "404.html")
    return {str(path.relative_to(folder)): Marks(path.read_text(encoding="utf-8")) for path in found}


@pytest.fixture(scope="module")
def crawled(built) -> dict[str, Marks]:
    return pages(built)


def test_a_commune_has_one_verdict_on_its_page_in_the_list_and_on_the_map():
    """In the last third over four months, though August alone is not told from the middle; one is not known at all."""
    last = answer(place=place("last"), band="alike")
    silent = answer(place=None, band=None, known=None)
    found = Province("25", (last,), (), (Portrait("04792", (last,), ()), Portrait("04795", (silent,), ())), None)
    say = Speaker("vi")

    assert [band_map.style(say, one) for one in found.communes] == ["below", band_map.UNRANKED]
    assert [site_pages._row(say, one)["band_words"] for one in found.communes] == ["nhóm cuối", ""]
    assert plain_words.cards(say, (last,), "Phú Thọ")[0].band == "below"
    assert plain_words.cards(say, (silent,), "Phú Thọ")[0].band_words == ""
    assert plain_words.list_certainty(say, found) == (
        "Nhóm và khoảng hạng tính trên 4 tháng, 5–8/2026. Độ dao động giữa các tháng là số đo được."
    )


@pytest.mark.parametrize("library", ["dataframely", "sqlalchemy", "xlsxwriter", "typst", "holidays", "pyarrow"])
def test_the_site_does_not_load_what_only_writing_or_other_outputs_need(library):
    """Each of its processes would pay for it: with them, importing the site took twice the time."""
    script = f"import press.site.command, sys; print({library!r} in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], cwd=HOME, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_every_commune_of_the_province_has_a_page_in_both_languages(built):
    codes = {portrait.code for portrait in province(open_snapshot("live"), "25").communes}

    assert {path.stem for path in (built / "don-vi").glob("*.html")} == codes
    assert {path.stem for path in (built / "en" / "don-vi").glob("*.html")} == codes
    assert len(codes) == 148


def test_every_link_inside_leads_to_a_file(built, crawled):
    lost = []
    for path, marks in crawled.items():
        for link in [*marks.links, *marks.loaded]:
            target = urlsplit(urljoin(f"http://here/{path}", link))
            if target.netloc == "here" and not (built / target.path.lstrip("/")).is_file():
                lost.append((path, link))

    assert lost == []
    assert len(crawled) > 300


def test_nothing_is_loaded_from_elsewhere(crawled):
    assert {link for marks in crawled.values() for link in marks.loaded if urlsplit(link).netloc} == set()


def test_the_only_address_elsewhere_is_the_national_portal(crawled):
    assert {urlsplit(link).netloc for marks in crawled.values() for link in marks.links} == {"", "dichvucong.gov.vn"}


def test_style_sheet_and_script_name_no_other_server(built):
    for path in [*(built / "assets").glob("*.css"), *(built / "assets").glob("*.js")]:
        assert "//" not in path.read_text(encoding="utf-8").replace("// The search", "")


def test_each_page_is_in_the_language_of_its_path(crawled):
    assert all(marks.language == ("en" if path.startswith("en/") else "vi") for path, marks in crawled.items())


def test_languages_name_each_other_and_themselves(crawled):
    by_address = {marks.canonical: marks for marks in crawled.values()}

    assert len(by_address) == len(crawled)
    for marks in crawled.values():
        assert marks.alternates["x-default"] == marks.alternates["vi"]
        assert marks.canonical == marks.alternates[marks.language]
        assert {by_address[link].alternates["en"] for link in marks.alternates.values()} == {marks.alternates["en"]}


def test_canonical_addresses_begin_with_the_base(crawled):
    assert all(marks.canonical.startswith(BASE) for marks in crawled.values())


def test_the_sitemap_lists_every_page_once(built, crawled):
    space = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    listed = [node.text for node in ElementTree.parse(built / "sitemap.xml").iter(f"{space}loc")]

    assert sorted(listed) == sorted(marks.canonical for marks in crawled.values())


def test_every_page_weighs_less_than_sixty_kilobytes(built):
    assert max(path.stat().st_size for path in built.rglob("*.html.gz")) < HEAVIEST


def test_packed_files_hold_the_same_as_those_beside_them(built):
    packed = list(built.rglob("*.gz"))

    assert all(gzip.decompress(path.read_bytes()) == path.with_suffix("").read_bytes() for path in packed)
    assert {path.suffix for path in built.rglob("*") if path.is_file()} >= {".gz", ".html", ".png", ".zip"}


@pytest.mark.parametrize("code", WITHHELD)
def test_a_withheld_figure_is_nowhere_in_the_site(built, code):
    texts = [path for path in built.rglob("*") if path.suffix in (".html", ".json", ".jsonld", ".xml")]
    for form in WITHHELD[code]:
        assert [path for path in texts if form in path.read_text(encoding="utf-8")] == []


@pytest.mark.parametrize("code", WITHHELD)
def test_a_withheld_figure_is_not_in_the_download(built, code):
    with zipfile.ZipFile(built / "tai-ve" / "gan-dan-25.zip") as archive:
        rows = list(csv.DictReader(io.StringIO(archive.read("standings.csv").decode("utf-8-sig"))))
    own = [row for row in rows if row["unit_code"] == code]

    assert [row["state"] for row in own] == ["suppressed"]
    assert all(own[0][name] == "" for name in ("numerator", "denominator", "value", "value_low", "rank", "band"))


def test_a_withheld_figure_says_why(built):
    page = (built / "don-vi" / "04828.html").read_text(encoding="utf-8")

    assert "không công bố: dưới 10 hồ sơ" in page


def test_a_commune_without_a_row_has_a_page_that_says_so(built):
    page = (built / "don-vi" / "04846.html").read_text(encoding="utf-8")

    assert "chưa có số liệu công khai nào" in page
    assert "Chưa có số liệu không có nghĩa là bằng không" in page


def test_the_figures_are_also_there_for_machines(built):
    page = (built / "don-vi" / "04792.html").read_text(encoding="utf-8")
    linked = json.loads(page.partition('<script type="application/ld+json">')[2].partition("</script>")[0])

    assert linked["@type"] == "Dataset"
    assert linked["variableMeasured"][0]["value"] == 90.0
    assert linked["temporalCoverage"] == "2026-08-01/2026-08-31"
    assert linked["distribution"][0]["contentUrl"] == f"{BASE}tai-ve/gan-dan-25.zip"


def test_the_catalogue_names_every_download(built):
    catalog = json.loads((built / "catalog.jsonld").read_text(encoding="utf-8"))
    named = [entry["dcat:distribution"]["dcat:downloadURL"]["@id"] for entry in catalog["dcat:dataset"]]

    assert catalog["@type"] == "dcat:Catalog"
    assert named == [f"{BASE}tai-ve/{path.name}" for path in sorted((built / "tai-ve").glob("*.zip"))]


def test_every_commune_has_a_picture_to_share(built):
    page = (built / "en" / "don-vi" / "04792.html").read_text(encoding="utf-8")
    with Image.open(built / "en" / "anh" / "04792.png") as picture:
        assert picture.size == site_picture.SIZE
        assert len(picture.convert("RGB").getcolors()) > 3
    assert f'<meta property="og:image" content="{BASE}en/anh/04792.png">' in page


def test_a_missing_page_finds_its_style_from_any_depth(built):
    page = (built / "404.html").read_text(encoding="utf-8")

    assert 'href="/gan-dan/assets/style-' in page
    assert 'name="robots" content="noindex"' in page


def test_real_figures_are_never_called_simulated(built):
    page = (built / "don-vi" / "04792.html").read_text(encoding="utf-8")

    assert "ô phỏng" not in page
    assert "noindex" not in page


def test_names_from_data_are_escaped(built, monkeypatch):
    snapshot = open_snapshot("live")
    found = province(snapshot, "25")
    nasty = 'Xã "<script>alert(1)</script>'
    monkeypatch.setattr(units, "unit", lambda code: {"full_name": nasty, "name": nasty, "province_code": "25"})
    shared = command._site(snapshot, BASE, [found])
    for page in (
        site_pages.unit(shared, Speaker("vi"), found, found.communes[0]),
        site_pages.province(shared, Speaker("vi"), found),
    ):
        assert b"alert(1)" in page.html()
        assert b"<script>alert" not in page.html()


# --- building again, and building badly


@pytest.fixture
def two(tmp_path, monkeypatch) -> Path:
    """A site of Phú Thọ and Thanh Hóa, with no pictures drawn."""
    monkeypatch.setenv("GANDAN_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(site_picture, "png", lambda *_, **__: b"")
    publish_small(tmp_path / "data")
    build(tmp_path / "out", "live", only=["25", "38"])
    return tmp_path


def test_building_again_without_a_change_makes_nothing(two):
    before = (two / "out" / "current").resolve()
    again = build(two / "out", "live", only=["25", "38"])

    assert again.made == 0
    assert (two / "out" / "current").resolve() == before


def test_only_what_changed_is_made_again(two):
    before = (two / "out" / "current").resolve()
    publish_small(two / "data", nghi_son=60)
    build(two / "out", "live", only=["25", "38"])
    after = (two / "out" / "current").resolve()

    assert after != before
    assert (after / "don-vi" / "04792.html").samefile(before / "don-vi" / "04792.html")
    assert not (after / "don-vi" / "16654.html").samefile(before / "don-vi" / "16654.html")
    assert "Cứ 100 hồ sơ làm xong thì 60" in (after / "don-vi" / "16654.html").read_text(encoding="utf-8")


def test_the_release_before_stays_and_the_one_before_that_goes(two):
    first = (two / "out" / "current").resolve()
    publish_small(two / "data", nghi_son=60)
    build(two / "out", "live", only=["25", "38"])
    second = (two / "out" / "current").resolve()
    publish_small(two / "data", nghi_son=50)
    build(two / "out", "live", only=["25", "38"])

    assert second.is_dir()
    assert not first.exists()


def test_a_build_that_fails_leaves_the_site_as_it_was(two, monkeypatch):
    before = (two / "out" / "current").resolve()
    publish_small(two / "data", nghi_son=60)
    monkeypatch.setattr(command, "_general", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        build(two / "out", "live", only=["25", "38"])

    assert (two / "out" / "current").resolve() == before
    assert list((two / "out").glob(".partial-*")) == []
    assert (before / "don-vi" / "16654.html").is_file()


def test_readers_see_the_old_site_until_the_new_one_is_whole(tmp_path):
    with release(tmp_path) as book:
        book.put("index.html", "one", lambda: b"one")
    with release(tmp_path) as book:
        book.put("index.html", "two", lambda: b"two")
        assert (tmp_path / "current" / "index.html").read_bytes() == b"one"

    assert (tmp_path / "current" / "index.html").read_bytes() == b"two"


def test_assets_of_the_release_before_are_still_found(tmp_path):
    with release(tmp_path) as book:
        book.put("assets/style-1.css", "one", lambda: b"one")
    with release(tmp_path) as book:
        book.put("assets/style-2.css", "two", lambda: b"two")

    assert (tmp_path / "current" / "assets" / "style-1.css").read_bytes() == b"one"


def test_a_file_that_was_lost_is_made_again(tmp_path):
    with release(tmp_path) as book:
        book.put("index.html", "one", lambda: b"one")
    (tmp_path / "current" / "index.html").unlink()
    with release(tmp_path) as book:
        book.put("index.html", "one", lambda: b"one")
        book.put("more.html", "more", lambda: b"more")

    assert (tmp_path / "current" / "index.html").read_bytes() == b"one"


def test_simulated_is_written_on_every_page_and_kept_from_search_engines(tmp_path, monkeypatch):
    monkeypatch.setenv("GANDAN_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(site_picture, "png", lambda *_, **__: b"")
    publish_small(tmp_path / "data", nature="simulated")
    build(tmp_path / "out", "simulated", only=["25"])
    texts = [path.read_text("utf-8") for path in (tmp_path / "out" / "current").rglob("*.html")]

    assert all("ô phỏng" in text and '<meta name="robots" content="noindex">' in text for text in texts)


@pytest.mark.slow
def test_the_whole_country_has_a_page_for_each_commune_in_each_language(tmp_path, monkeypatch):
    monkeypatch.setenv("GANDAN_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(site_picture, "png", lambda *_, **__: b"")
    publish_small(tmp_path / "data")
    built = build(tmp_path / "out", "live", processes=1)
    current = tmp_path / "out" / "current"

    assert len(list(current.glob("don-vi/*.html"))) == len(list(current.glob("en/don-vi/*.html"))) == 3321
    assert len(list(current.glob("tinh/*.html"))) == len(list(current.glob("en/tinh/*.html"))) == 34
    assert built.pages == 2 * (3321 + 34 + 5)
    shutil.rmtree(tmp_path / "out")


# --- the command


def test_the_command_says_what_it_made(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("GANDAN_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(site_picture, "png", lambda *_, **__: b"")
    publish_small(tmp_path / "data")

    assert main(["site", "--out", str(tmp_path / "out"), "--province", "25"]) == 0
    assert "308 pages" in capsys.readouterr().out


def test_a_dataset_that_is_not_there_is_a_clear_line(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("GANDAN_DATA", str(tmp_path / "data"))

    assert main(["site", "--out", str(tmp_path / "out"), "--dataset", "live"]) == 1
    assert "live" in capsys.readouterr().err
    assert not (tmp_path / "out" / "current").exists()


def test_an_unknown_province_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("GANDAN_DATA", str(tmp_path / "data"))
    publish_small(tmp_path / "data")

    with pytest.raises(Fault, match="'99'"):
        build(tmp_path / "out", "live", only=["99"])


def test_the_page_of_methods_tells_what_was_released_and_what_changed_afterwards(built, tmp_path, monkeypatch):
    monkeypatch.setenv("GANDAN_DATA", str(tmp_path / "data"))
    publish_small(tmp_path / "data")
    publish(
        tmp_path / "data",
        "live",
        Harvest(measurement_rows([_row(unit_code="04792", numerator=91, denominator=100, captured_at=LATER,
                measure="on_time_share_form", series="ii06", basis="form")]), LATER, ["portal:test"]),
        nature="live",
    )  # fmt: skip
    build(tmp_path / "out", "live", base=BASE, only=["25"])
    page = (tmp_path / "out" / "current" / "phuong-phap.html").read_text(encoding="utf-8")
    assert "biểu II.06 (tháng 8/2026) · Biểu tháng 8" in page and "Chưa có số nào đổi sau khi công bố." in page
    to_public(tmp_path / "data", "live", "an@phutho.vn", "Gửi lại")
    build(tmp_path / "out", "live", base=BASE, only=["25"])
    page = (tmp_path / "out" / "current" / "en" / "phuong-phap.html").read_text(encoding="utf-8")
    assert "90/100 → 91/100" in page and "Gửi lại" in page and "an@phutho.vn" not in page
