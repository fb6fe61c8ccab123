"""`./dev setup`: install everything that the other commands need, and stop. Python packages came with `./dev` itself."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from local.progress import step
from local.tools import node_modules, node_path


def main(arguments: Sequence[str]) -> int:
    """Returns 0; what can't be installed raises ``ToolError``."""
    argparse.ArgumentParser(prog="./dev setup", description="Install what the other commands need.").parse_args(
        arguments
    )
    with step("Node.js"):
        node_path()
    with step("Node packages (Azurite)"):
        node_modules()
    return 0
