"""A page's table as plain words: what is hidden or drawn is left out, what stands below follows after a semicolon."""

from __future__ import annotations

from press.share.markup import listed

TABLE = (
    "<p>before</p><table><caption>Bảng</caption><thead><tr><th>Đơn&nbsp;vị</th><th class='gd-n'>Giá trị"
    "<span class='gd-sub'>tháng 8</span></th><th>Vẽ</th></tr></thead><tbody>"
    "<tr><th>Xã A<span class='gd-only-phone'><b>90</b> %</span></th>"
    "<td class='gd-n'><b>90&nbsp;%</b><span class='gd-sub'>42 hồ sơ</span></td><td><svg><text>x</text></svg></td></tr>"
    "<tr><th>Xã &lt;B&gt;</th><td class='gd-n'>–</td><td><img alt='y'></td></tr></tbody></table>"
    "<table><tr><td>other</td></tr></table>"
)


def test_cells_are_the_words_that_a_wide_page_shows():
    found = listed(TABLE)
    assert found.headers == ["Đơn\u00a0vị", "Giá trị; tháng 8"]
    assert found.rows == [["Xã A", "90\u00a0%; 42 hồ sơ"], ["Xã <B>", "–"]]
    assert found.figures == {1}


def test_no_table_is_an_empty_one():
    assert listed("<p>none</p>").rows == []
