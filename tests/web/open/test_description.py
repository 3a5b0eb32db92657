"""The OpenAPI description holds: what it allows is answered, what it forbids is refused, replies are as it says."""

from __future__ import annotations

import schemathesis
from hypothesis import HealthCheck
from starlette.applications import Starlette

from tests.drawn import examples
from web.open.routes import ROUTES

SCHEMA = schemathesis.openapi.from_asgi("/open/v1/openapi.json", Starlette(routes=ROUTES))


@SCHEMA.parametrize()
@examples(20, *HealthCheck)
def test_the_description_holds(case):
    case.call_and_validate()
