"""A stranger downloads a bundle and counts again; a forger changes something and is found out."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from commons.kernel.checkpoint import raw_public_key
from voting import bundle
from voting.bundle import BundleError, OptionText
from voting.methods import count
from voting.methods.interface import box_of
from voting.recount import main, recount
from voting.rules import validate_rule

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
RULE = validate_rule({"method": "equal-shares", "budget": 100_000, "max_selections": 2, "min_selections": 0})
OPTIONS = [
    OptionText(1, "Лавка", "", 40_000),
    OptionText(2, "Криниця", "глибока", 60_000),
    OptionText(3, "Дах", "", 50_000),
]
SELECTIONS = [(1, 2), (1,), (2, 3), (2,), (3,), ()]


def published(selections=tuple(SELECTIONS), *, change=None, key=KEY) -> io.BytesIO:
    """A bundle over these ballots; `change` may alter files before they are zipped again."""
    ballots = bundle.sorted_ballots((bytes([n] * 16), s) for n, s in enumerate(selections))
    receipts = sorted(f"CODE-{n:04}" for n in range(len(ballots)))
    seed = bundle.lot_seed(bundle.ballots_root(ballots))
    outcome = count(RULE, bundle.option_data(OPTIONS), box_of(s for _, s in ballots), seed=seed)
    target = io.BytesIO()
    facts = {"slug": "budget", "origin": "viche.example", "title": "Budget", "currency": "UAH"}
    bundle.write(
        target,
        round_facts=facts | {"ballots": len(ballots), "voters": len(ballots)},
        rule=RULE,
        options=OPTIONS,
        ballots=ballots,
        receipts=receipts,
        outcome=outcome,
        key=key,
    )
    target.seek(0)
    return target if change is None else changed(target, change)


def changed(source: io.BytesIO, change, *, sums: bool = True) -> io.BytesIO:
    """The bundle with its files changed, and SHA256SUMS mended as a clever forger would."""
    with zipfile.ZipFile(source) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    if sums and set(files) >= set(bundle.MEMBERS):
        files["SHA256SUMS"] = bundle.sums(files)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    target.seek(0)
    return target


def differences(source: io.BytesIO) -> list[str]:
    return [check.name for check in recount(source).checks if not check.holds]


def test_an_honest_bundle_agrees_in_every_check():
    report = recount(published(), trusted_key=raw_public_key(KEY.public_key()))
    assert [check.difference for check in report.checks] == [""] * 7
    assert report.agrees


def test_the_same_round_gives_the_same_bytes():
    assert published().getvalue() == published().getvalue()


def lines(edit):
    def change(files):
        rows = files["ballots.csv"].decode().splitlines()
        files["ballots.csv"] = ("\n".join(edit(rows)) + "\n").encode()

    return change


def swap(rows):
    return [rows[0], rows[2], rows[1], *rows[3:]]


def retouch(rows):
    salt, _, selection = rows[-1].partition(",")
    return [*rows[:-1], f"{salt},{'3' if selection != '3' else '1'}"]


@pytest.mark.parametrize(
    "edit",
    [
        pytest.param(lambda rows: rows[:-1], id="a ballot removed"),
        pytest.param(lambda rows: [*rows, "ff" * 16 + ",3"], id="a ballot added"),
        pytest.param(lambda rows: [*rows, rows[-1]], id="a ballot doubled"),
        pytest.param(swap, id="two ballots swapped"),
        pytest.param(retouch, id="a ballot changed"),
    ],
)
def test_a_touched_ballot_box_is_found_out(edit):
    assert "the signed checkpoint fits the files" in differences(published(change=lines(edit)))


def replace(name, old, new):
    def change(files):
        assert old in files[name]
        files[name] = files[name].replace(old, new)

    return change


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("result.json", b'"left":', b'"left":1'),
        ("options.json", b"40000", b"30000"),
        ("rule.json", b"100000", b"200000"),
        ("round.json", b"Budget", b"Budgie"),
        ("receipts.csv", b"CODE-0003", b"CODE-0009"),
        ("software.json", b"viche", b"other"),
        ("checkpoint.txt", b"viche.example", b"viche.forger"),
    ],
)
def test_a_changed_file_is_found_out_though_the_sums_were_mended(name, old, new):
    assert differences(published(change=replace(name, old, new))) != []


def test_one_changed_byte_without_mended_sums_is_named():
    source = changed(published(), replace("README.txt", b"trusting", b"trustinh"), sums=False)
    assert [c.difference for c in recount(source).checks if not c.holds] == [
        "README.txt is not the file that was listed"
    ]


def test_a_bundle_signed_by_somebody_else_is_not_trusted():
    forged = published(key=Ed25519PrivateKey.from_private_bytes(bytes(32)))
    report = recount(forged, trusted_key=raw_public_key(KEY.public_key()))
    assert [c.name for c in report.checks if not c.holds] == ["the signature is by the key you trust"]


def test_a_result_that_the_ballots_do_not_give_is_named_though_it_is_signed():
    ballots = bundle.sorted_ballots((bytes([n] * 16), s) for n, s in enumerate(SELECTIONS))
    honest = count(RULE, bundle.option_data(OPTIONS), box_of(s for _, s in ballots), seed=bytes(32))
    target = io.BytesIO()
    lying = type(honest)(**{**vars(honest), "winners": (3,)})
    facts = {"slug": "b", "origin": "o", "ballots": len(ballots), "voters": len(ballots)}
    codes = [f"C{n}" for n in range(len(ballots))]
    bundle.write(
        target, round_facts=facts, rule=RULE, options=OPTIONS, ballots=ballots, receipts=codes, outcome=lying, key=KEY
    )
    target.seek(0)
    failed = [c for c in recount(target).checks if not c.holds]
    assert [c.name for c in failed] == ["the count"]
    assert failed[0].difference.startswith("winners: counted")


def test_numbers_that_do_not_agree_are_not_even_published():
    with pytest.raises(BundleError) as error:
        bundle.write(
            io.BytesIO(),
            round_facts={"slug": "b", "origin": "o", "ballots": 1, "voters": 2},
            rule=RULE,
            options=OPTIONS,
            ballots=[(bytes(16), (1,))],
            receipts=["C"],
            outcome=count(RULE, bundle.option_data(OPTIONS), {(1,): 1}, seed=bytes(32)),
            key=KEY,
        )
    assert error.value.code == "counts_differ"


def test_a_zip_bomb_is_refused_before_it_unfolds():
    def inflate(files):
        files["ballots.csv"] = b"salt,selection\n" + b"0" * 5_000_000

    with pytest.raises(BundleError) as error:
        recount(published(change=inflate))
    assert error.value.code == "too_large"


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04broken"])
def test_what_is_no_bundle_is_said_to_be_none(tmp_path, content, capsys):
    path = tmp_path / "file.zip"
    path.write_bytes(content)
    assert main([str(path)]) == 2
    assert "cannot be recounted" in capsys.readouterr().out


def test_an_unknown_format_is_named():
    with pytest.raises(BundleError) as error:
        recount(published(change=replace("round.json", b"viche-round/1", b"viche-round/9")))
    assert error.value.code == "unknown_version"


def test_the_command_says_so_and_exits_accordingly(tmp_path, capsys):
    good, bad = tmp_path / "good.zip", tmp_path / "bad.zip"
    good.write_bytes(published().getvalue())
    bad.write_bytes(published(change=lines(lambda rows: rows[:-1])).getvalue())
    assert main([str(good)]) == 0
    assert "The recount agrees." in capsys.readouterr().out
    assert main([str(bad)]) == 1
    assert "The recount does NOT agree." in capsys.readouterr().out


def test_a_recount_needs_no_django():
    code = "import sys, voting.recount; print(json.dumps([m for m in sys.modules if m.split('.')[0] == 'django']))"
    done = subprocess.run([sys.executable, "-c", "import json; " + code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []
