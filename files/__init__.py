"""What `etl/`, `ui/` and `press/` do alike with files; imports nothing of ours."""
