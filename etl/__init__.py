"""From a source's reply to published Parquet: one module per source, one command line."""
