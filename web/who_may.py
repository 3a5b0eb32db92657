"""Who may ask for what: every address that the service answers, our own and Streamlit's, has a rule or is closed."""

from __future__ import annotations

from types import MappingProxyType

RESOURCES = MappingProxyType(
    {
        # our own
        "/health": "route.health",
        "/health/live": "route.health",
        "/metrics": "route.metrics",
        "/layers/units.geojson": "route.units_layer",
        "/layers/members.geojson": "route.members_layer",
        "/layers/borders.geojson": "route.borders_layer",
        "/drawings/places.svg": "route.places_drawing",
        "/search.json": "route.search",
        "/open/v1": "route.open",
        "/open/v1/*": "route.open",
        "/feed/*": "route.feed",
        "/calendar/*": "route.calendar",
        "/messages/end": "route.messages",
        "/embed/ranking": "route.embed",
        "/embed/unit": "route.embed",
        "/embed/time": "route.embed",
        "/embed/map": "route.embed",
        # Streamlit's
        "/_stcore/health": "route.health",
        "/_stcore/metrics": "route.metrics",
        "/_stcore/host-config": "route.parts",
        "/_stcore/stream": "route.page",
        "/_stcore/upload_file/*": "route.upload",
        "/_stcore/bidi-components/*": "route.parts",
        "/component/*": "route.parts",
        "/app/static/*": "route.parts",
        "/media/*": "route.file",
        "/auth/login": "route.sign_in",
        "/auth/logout": "route.sign_in",
        "/auth/back-channel-logout": "route.sign_in",
        "/oauth2callback": "route.sign_in",
    }
)
"""A rule of `store.access.rules.RULES` by an address without the service's base path; `*`: all that is below it."""
CLOSED = frozenset({"/_stcore/agent/interact", "/_stcore/agent/openapi.json", "/_stcore/agent/mcp"})
"""Addresses of Streamlit's that nobody needs here: programs read `/open/v1`."""
_FRAMEWORK = "/_stcore/"
DOCUMENT = "route.document"


def resource(path: str) -> str | None:
    """The rule of an address; `DOCUMENT` for the page around the app, which holds no figures and which Streamlit
    answers every other address with; None for what is closed: an address of the framework without a rule is, too."""
    if found := RESOURCES.get(path):
        return found
    for pattern, name in RESOURCES.items():
        if pattern.endswith("/*") and path.startswith(pattern[:-1]):
            return name
    return None if path.startswith(_FRAMEWORK) else DOCUMENT
