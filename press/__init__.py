"""What leaves Gần Dân as files: printed briefs and the static site, made of what `ui/` knows how to say."""
