"""How the tests' processes share the cores: said before anything is imported, and to whatever they start."""

import os
import sys

# Several workers run beside each other, each with servers of its own: one thread for each query is quicker than a
# crowd of them, as for replicas (deploy/replica.env). `make check-python` lets polars use all cores.
os.environ.setdefault("POLARS_MAX_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# A test starts many a Python. Where containers forbid bytecode, each would compile the project again.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
