"""What is typed into a select box finds options whatever their diacritics: `dung han` finds Đúng hạn.

Streamlit 1.67 filters the options in the browser: it puts what was typed and each label in lower case and looks
for the one in the other, with no way to say how. So the one step that both go through is told, while a box has the
focus, to leave the marks out as well. Labels stay what they are: to the eye, to a screen reader, when copied.
"""

from __future__ import annotations

SCRIPT = """
// One letter gives one letter, or the places of the matching letters would shift.
const plain = (text) => text.normalize("NFC").replace(/[\\u00c0-\\u1ef9]/g, (letter) =>
  "đðĐÐ".includes(letter) ? "d" : letter.normalize("NFD")[0]);
const lower = String.prototype.toLowerCase;
if (!lower.isFolding) {
  const folding = function () {
    const text = lower.call(this);
    return document.activeElement?.getAttribute("role") === "combobox" ? plain(text) : text;
  };
  folding.isFolding = true;
  String.prototype.toLowerCase = folding;
}
"""
"""For the module of a component: it acts once, when the module is loaded."""
