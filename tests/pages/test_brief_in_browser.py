"""From the start page to the printed brief, as an inspector in a hurry goes."""

from __future__ import annotations

import pytest
from pypdf import PdfReader

from tests.pages.test_in_browser import address, browser, visit

__all__ = ["address", "browser"]

pytestmark = pytest.mark.browser


def test_two_clicks_lead_from_the_start_page_to_the_brief_of_the_commune(browser, address):
    seen = visit(browser, address, "/?dataset=simulated&province=38")
    worst = seen.page.locator(".gd-attention a").first
    name = worst.inner_text()
    worst.click()
    seen.page.wait_for_selector(f"h1:has-text('{name}')")
    with seen.page.expect_download(timeout=60_000) as download:
        seen.page.get_by_role("button", name="Tờ tóm tắt một trang A4 (PDF)").click()
    pages = PdfReader(download.value.path()).pages

    assert len(pages) == 1
    assert name in pages[0].extract_text()
    assert seen.complaints == []
    seen.close()


def test_a_typed_old_name_leads_to_the_brief_of_its_commune_of_today(browser, address):
    seen = visit(browser, address, "/?dataset=simulated&province=38")
    seen.page.get_by_role("combobox", name="Tìm xã, phường, tên cũ, mã").fill("hai thuong")
    seen.page.keyboard.press("Enter")
    seen.page.wait_for_selector("h1:has-text('Phường Nghi Sơn')")
    with seen.page.expect_download(timeout=60_000) as download:
        seen.page.get_by_role("button", name="Tờ tóm tắt một trang A4 (PDF)").click()

    assert "Phường Nghi Sơn" in PdfReader(download.value.path()).pages[0].extract_text()
    seen.close()
