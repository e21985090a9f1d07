"""SciPy, imported with its first use: a web process that serves pages never needs it and keeps 30 MB less.

Workers import it before they fork (`load_scipy`), so that their processes share one copy.
"""

from importlib import import_module
from types import ModuleType
from typing import Any, TypeAlias

Sparse: TypeAlias = Any  # a scipy.sparse.csr_matrix; SciPy ships no types


class Later:
    """Stands for a module and imports it when something of it is asked for; import locks make that safe for threads."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        return getattr(self.load(), attribute)

    def load(self) -> ModuleType:
        """Imports it now, if that was not done yet, and returns it."""
        return import_module(self._name)


linalg, optimize, sparse, special = (Later(f"scipy.{part}") for part in ("linalg", "optimize", "sparse", "special"))


def load_scipy() -> None:
    """Imports all of it now."""
    for module in (linalg, optimize, sparse, special):
        module.load()
