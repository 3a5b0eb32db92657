"""The files whose tests take longest, so that no worker is left alone with one of them at the end."""

LONGEST = (
    "pages/test_in_browser.py",  # builds the simulated country first, so that what comes next does without it
    "etl/dossiers/test_command.py",
    "ui/frame/test_links_in_browser.py",
    "etl/publishing/test_publish.py",
    "pages/test_sign_in_in_browser.py",
    "etl/portal/test_history.py",
    "pages/test_one_number.py",
    "press/site/test_in_browser.py",
    "etl/dossiers/test_spark.py",
    "press/site/test_command.py",
    "bench/test_benchmarks.py",
    "pages/test_map_in_browser.py",
    "pages/test_search_in_browser.py",
    "pages/test_typing_in_browser.py",
    "store/access/test_rules.py",
    "etl/portal/test_pull.py",
    "pages/test_tables_of_looks.py",
    "deploy/test_replicas.py",
    "pages/test_hostile.py",
    "pages/test_pages.py",
    "pages/test_unit.py",
    "ranking/test_lineage.py",
    "pages/test_imports.py",
    "etl/simulation/test_command.py",
    "web/open/test_description.py",
    "ranking/dossiers/test_formulas.py",
    "etl/boundaries/test_command.py",
    "pages/test_inspection.py",
    "press/brief/test_pdf.py",
    "etl/test_new_measure.py",
    "store/test_sight.py",
    "web/open/test_routes.py",
    "journal/test_visits.py",
    "pages/test_online_filing.py",
    "ranking/questions/test_rules.py",
    "pages/test_brief_in_browser.py",
    "web/test_door.py",
    "deploy/test_deploy.py",
    "web/test_map_layers.py",
)
"""The longest first; all others come after them, in pytest's own order."""


def place(file: str) -> int:
    """Where a file of tests/ comes, by its path below that folder."""
    return LONGEST.index(file) if file in LONGEST else len(LONGEST)
