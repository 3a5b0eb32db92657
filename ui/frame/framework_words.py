"""What the framework's own parts say, in the page's language: it has no other words than English ones.

Names for screen readers, hints and refusals are made in the browser and cannot be set from here, so the browser puts
our words in their place as they come (`framework_words.js`).
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from display.words.text import texts

SCRIPT = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
"""For the module of a component: `inWords(words)` puts them in place from then on."""
_OF_FRAMEWORK = "framework."


@lru_cache(maxsize=2)
def words(language: str) -> dict[str, str]:
    """What to say by what stands there: the framework's words, or ours of before where a reader comes back to them."""
    parts = [key.removeprefix(_OF_FRAMEWORK) for key in texts() if key.startswith(_OF_FRAMEWORK)]
    pairs = [texts()[f"framework.{part}"] for part in parts]
    return {pair["vi" if language == "en" else "en"]: pair[language] for pair in pairs}
