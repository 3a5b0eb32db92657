"""The files whose tests take longest, so that no worker is left alone with one of them at the end."""

LONGEST = (
    "pages/test_in_browser.py",  # builds the simulated country first, so that what comes next does without it
    "etl/dossiers/test_survey.py",
    "etl/dossiers/test_shapes.py",
    "etl/dossiers/test_command.py",
    "ui/frame/test_links_in_browser.py",
    "etl/dossiers/test_no_name.py",
    "etl/publishing/test_publish.py",
    "pages/test_one_number.py",
    "etl/portal/test_history.py",
    "pages/test_sign_in_in_browser.py",
    "pages/test_typing_in_browser.py",
    "pages/test_search_in_browser.py",
    "press/site/test_in_browser.py",
    "etl/portal/test_pull.py",
    "pages/test_map_in_browser.py",
    "deploy/test_replicas.py",
    "deploy/test_sessions.py",
    "deploy/test_machines.py",
    "journal/test_under_load.py",
    "journal/test_full_disk.py",
    "pages/test_tables_of_looks.py",
    "pages/test_pages.py",
    "press/site/test_command.py",
    "display/words/test_text.py",
    "bench/test_benchmarks.py",
    "etl/portal/test_recorded.py",
    "pages/test_inspection.py",
    "pages/test_hostile.py",
    "deploy/test_faults.py",
    "etl/simulation/test_command.py",
    "ranking/questions/test_rules.py",
    "pages/test_unit.py",
    "ranking/test_lineage.py",
    "ranking/dossiers/test_formulas.py",
    "store/access/test_rules.py",
    "web/open/test_description.py",
    "etl/test_new_measure.py",
    "press/brief/test_pdf.py",
    "display/portraits/test_summary.py",
    "pages/test_imports.py",
    "store/test_sight.py",
    "pages/test_online_filing.py",
    "etl/boundaries/test_command.py",
    "pages/test_brief_in_browser.py",
    "web/open/test_routes.py",
    "journal/test_upgrades.py",
    "journal/test_visits.py",
    "web/test_door.py",
    "deploy/test_deploy.py",
)
"""The longest first; all others come after them, in pytest's own order."""


def place(file: str) -> int:
    """Where a file of tests/ comes, by its path below that folder."""
    return LONGEST.index(file) if file in LONGEST else len(LONGEST)
