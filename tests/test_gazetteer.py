"""Known names: found whole, longest first, in either case; files with faults are refused with their line."""

from __future__ import annotations

from pathlib import Path

import pytest

from extractor.gazetteer import Gazetteer, Known, load_gazetteer, read_aliases, read_tsv
from extractor.values import LexiconError

HEAD = "name\taliases\tkind\tcountry\tsource\tambiguous\n"


def gazetteer(*names: str) -> Gazetteer:
    return Gazetteer({name: Known(norm=name) for name in names})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Acme Robotics and Acme", ["Acme Robotics", "Acme"]),
        ("Acmeware is no Acme-like thing", ["Acme"]),
        ("ACME ROBOTICS", ["ACME ROBOTICS"]),
        ("the acme of taste", []),
        ("Électricité d’Acme", ["Acme"]),
    ],
)
def test_names_are_found_between_borders(text: str, expected: list[str]) -> None:
    hits = gazetteer("Acme", "Acme Robotics").find(text)
    assert [text[hit.start : hit.end] for hit in hits] == expected


def test_accents_and_apostrophes_do_not_matter() -> None:
    assert gazetteer("Société d'Énergie Bleue").lookup("Societe d’Energie Bleue") is not None


def test_a_border_lets_glued_text_through() -> None:
    known = gazetteer("Acme")
    assert known.find("novAcme") == []
    assert [(h.start, h.end) for h in known.find("novAcme", borders=frozenset({3}))] == [(3, 7)]


def test_blind_drops_what_occurs() -> None:
    known = gazetteer("Acme", "Bolt Motors").without(["The ACME plan."])
    assert sorted(known.names()) == ["Bolt Motors"]


def test_shipped_names_are_in_both_languages() -> None:
    known = load_gazetteer()
    found = [known.lookup(name) for name in ("European Commission", "Commission européenne")]
    assert [one and one.norm for one in found] == ["European Commission"] * 2


def test_own_names_win_and_gain_what_is_known(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(
        '["OpenAI"]\naliases = ["OAI Labs"]\n["Zorvex"]\nkind = "fund"\naliases = ["*Zor"]\n', "utf-8"
    )
    known = load_gazetteer(aliases=own)
    oai, zor = known.lookup("OAI Labs"), known.lookup("Zor")
    assert oai is not None and (oai.norm, oai.kind) == ("OpenAI", "company")
    assert zor is not None and (zor.norm, zor.kind, zor.ambiguous) == ("Zorvex", "fund", True)


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("Acme\tBolt|Bolt\tcompany\tFR\town\t0", ":2: 'Bolt' stands in line 2"),
        ("Acme\t\tshop\tFR\town\t0", ":2: unknown kind 'shop'"),
        ("\t\tcompany\tFR\town\t0", ":2: '' has an empty name"),
        ("Acme\tcompany", ":2: expected the columns"),
        ("Acme\t\tcompany\tFR\town\tyes", ":2: ambiguous is 0 or 1"),
    ],
)
def test_a_table_with_a_fault_is_refused(tmp_path: Path, row: str, fault: str) -> None:
    path = tmp_path / "names.tsv"
    path.write_text(HEAD + row + "\n", "utf-8")
    with pytest.raises(LexiconError) as error:
        read_tsv(path)
    assert f"{path}{fault}" in str(error.value)


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ('["Acme"]\naliases = ["Bolt"]\n["Zorvex"]\naliases = ["Bolt"]\n', ":3: 'Bolt' stands in line 1"),
        ('["Acme"]\nkind = "shop"\n', ":1: unknown kind"),
        ('["Acme"]\naliases = [""]\n', ":1: 'Acme' has an empty name"),
        ('["Acme"]\nalias = "Bolt"\n', ":1: ['Acme'] holds"),
        ('["Acme"\n', ": "),
    ],
)
def test_a_file_of_own_names_with_a_fault_is_refused(tmp_path: Path, body: str, fault: str) -> None:
    path = tmp_path / "own.toml"
    path.write_text(body, "utf-8")
    with pytest.raises(LexiconError) as error:
        read_aliases(path)
    assert f"{path}{fault}" in str(error.value)
