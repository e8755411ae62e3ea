"""``python -m sklearn_txaug evaluate``: table, pictures and a page from files."""

import numpy as np
import pytest

from sklearn_txaug import __main__ as command_line

pd = pytest.importorskip("pandas")


def write(path, n, seed, group=False, label="tissue"):
    rng = np.random.default_rng(seed)
    y = np.arange(n) % 3
    X = rng.normal(size=(n, 12)) + rng.normal(size=(n, 3)).repeat(4, axis=1) + 3 * np.eye(3, 12)[y] + 8
    names = [f"{path.stem}_{i}" for i in range(n)]
    table = pd.DataFrame(X, columns=[f"GENE{i}" for i in range(12)], index=pd.Index(names, name="sample"))
    table[label] = np.array(["brain", "kidney", "liver"])[y]
    if group:
        table["patient"] = [f"P{i // 2}" for i in range(n)]
    table.to_csv(path, sep="\t")
    return path


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    return {
        "real": write(folder / "real.tsv", 60, 0, group=True),
        "test": write(folder / "test.tsv", 45, 1, group=True),
        "synthetic": write(folder / "synthetic.tsv", 50, 2),
    }


def test_with_held_out_rows(files, tmp_path, capsys):
    command = ["evaluate", files["real"], files["synthetic"], "--label", "tissue", "--test", files["test"]]
    status = command_line.main(
        [str(part) for part in [*command, "--group", "patient", "-o", tmp_path / "out"]]
    )
    printed = capsys.readouterr().out
    assert status == 0
    for text in ("Plausible?", "Varied?", "Copies?", "Verdict:", "Against held-out rows", "report.html"):
        assert text in printed
    assert len(printed.splitlines()) <= 24, "one screen"
    tables = pd.read_csv(tmp_path / "out" / "report.csv", keep_default_na=False)
    assert len(tables) == 87
    assert set(pd.read_csv(tmp_path / "out" / "classes.csv")["class"]) == {"brain", "kidney", "liver"}
    names = ["classes", "origin", "correlations", "genes", "dimensions", "class_effects", "memorisation"]
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "report.csv", "report.html", "classes.csv", "blind_spots.csv", *(f"{name}.png" for name in names)
    }  # fmt: skip
    html = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert html.count("data:image/png;base64,") == 7
    assert "synthetic.tsv against real.tsv and test.tsv" in html
    assert "http" not in html


def test_without_held_out_rows(files, tmp_path, capsys):
    command = ["evaluate", files["real"], files["synthetic"], "--label", "tissue", "--group", "patient"]
    assert command_line.main([str(part) for part in [*command, "-o", tmp_path / "out"]]) == 0
    assert "needs held-out rows" in capsys.readouterr().out
    assert not (tmp_path / "out" / "memorisation.png").exists()
    assert (tmp_path / "out" / "report.html").exists()


def test_synthetic_rows_may_have_the_column_of_the_groups(files, tmp_path):
    new = write(tmp_path / "new.tsv", 30, 3, group=True)
    command = [
        "evaluate",
        files["real"],
        new,
        "--label",
        "tissue",
        "--group",
        "patient",
        "-o",
        tmp_path / "o",
    ]
    assert command_line.main([str(part) for part in command]) == 0


def test_few_rows_leave_gaps_and_no_error(tmp_path, capsys):
    real, new = write(tmp_path / "real.csv", 6, 0), write(tmp_path / "new.csv", 6, 1)
    assert (
        command_line.main(["evaluate", str(real), str(new), "--label", "tissue", "-o", str(tmp_path / "o")])
        == 0
    )
    assert "--neighbors 10 needs 11 rows" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"label": "organ"}, "organ"),
        ({"real": "absent.tsv"}, "absent.tsv"),
        ({"group": "donor"}, "donor"),
    ],
)
def test_mistakes_are_named(files, tmp_path, capsys, change, message):
    given = {"real": files["real"], "label": "tissue", "group": "patient"} | change
    command = [
        "evaluate",
        given["real"],
        files["synthetic"],
        "--label",
        given["label"],
        "--group",
        given["group"],
    ]
    assert command_line.main([str(part) for part in [*command, "-o", tmp_path / "out"]]) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_other_genes_are_named(files, tmp_path, capsys):
    other = pd.read_csv(files["synthetic"], sep="\t").rename(columns={"GENE3": "GENE99"})
    other.to_csv(tmp_path / "other.tsv", sep="\t", index=False)
    command = ["evaluate", str(files["real"]), str(tmp_path / "other.tsv"), "--label", "tissue"]
    assert command_line.main([*command, "--group", "patient", "-o", str(tmp_path / "out")]) == 2
    assert "GENE99" in capsys.readouterr().err
