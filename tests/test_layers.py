"""Imports go down the layers, never up or sideways, and a library is imported where it belongs."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "extractor"
# Lowest first; modules of one layer do not import each other.
LAYERS = (
    {"values", "prefixes"},
    {"timex", "lexicon", "tagger", "encoding", "drafts", "weights"},
    {"numbers", "page", "segments", "containers", "names", "expressions"},
    {"date_values", "date_atoms", "amount_units"},
    {"date_joins", "amount_readings"},
    {"amount_currencies"},
    {"dates", "amounts", "gazetteer", "fetch"},
    {"markers"},
    {"entry_years"},
    {"reading", "clauses"},
    {"candidates", "frames", "context"},
    {"references"},
    {"parts", "slots"},
    {"continuing", "signs"},
    {"side_signs", "unframed"},
    {"evidence", "telling", "guessing", "joining", "judging"},
    {"orgs", "entries", "deals", "merge"},
    {"read", "pipes"},
    {"pipeline", "records"},
    {"gold_check"},
    {"gold", "table", "compare"},
    {"score", "output"},
    {"drawings"},
    {"floors", "score_report", "batch", "report", "labelstudio", "ledger"},
    {"cluster", "events"},
    {"cli_score", "cli_ledger", "cli_look", "cli_config"},
    {"cli"},
    {"__init__", "__main__"},
)
HOMES = {
    "spacy": {"pipes", "pipeline", "batch", "tagger"},
    "dateparser": {"timex"},
    "price_parser": {"amounts", "numbers"},
    "pandas": {"table"},
    "pyarrow": {"output", "cluster"},
    "matplotlib": {"drawings"},
    "warcio": {"containers"},
    "networkx": {"drawings"},
    "typer": {"cli", "cli_score", "cli_ledger", "cli_look", "cli_config"},
}
MODULES = sorted(PACKAGE.glob("*.py"))


def level(module: str) -> int:
    return next(i for i, layer in enumerate(LAYERS) if module in layer)


def imports(path: Path) -> set[str]:
    """Full names of the modules that a file imports when it runs; those for the type checker alone do not count."""
    tree = ast.parse(path.read_text("utf-8"))
    hidden = {
        id(node)
        for branch in ast.walk(tree)
        if isinstance(branch, ast.If) and "TYPE_CHECKING" in ast.dump(branch.test)
        for node in ast.walk(branch)
    }
    found: set[str] = set()
    for node in ast.walk(tree):
        if id(node) in hidden:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            if node.module == "extractor":
                found |= {f"extractor.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.stem)
def test_imports_go_down(path: Path) -> None:
    own = {name.split(".")[1] for name in imports(path) if name.startswith("extractor.")}
    assert {name for name in own if level(name) >= level(path.stem)} == set()


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.stem)
def test_each_library_has_its_home(path: Path) -> None:
    used = {name.split(".")[0] for name in imports(path)}
    assert {
        library for library, homes in HOMES.items() if library in used and path.stem not in homes
    } == set()


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.stem)
def test_no_module_knows_a_language(path: Path) -> None:
    codes = {p.name for p in (PACKAGE / "lang").iterdir() if p.is_dir()} - {"shared"}
    nodes = ast.walk(ast.parse(path.read_text("utf-8")))
    constants = {n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)}
    assert constants & codes == set()
