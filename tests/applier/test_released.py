"""From accepted groups in a database to an adjusted checkpoint."""

import json

import numpy as np
from accepted_groups import accept
from click.testing import CliRunner
from tiny_checkpoints import state, tokens, vocabulary

from curator.cli import main

TABLE = "bert.embeddings.word_embeddings.weight"


def curator(*arguments: object) -> str:
    """Run the command, which must succeed."""
    result = CliRunner().invoke(main, list(map(str, arguments)))
    assert result.exit_code == 0, result.output
    return result.output


def test_a_release_is_applied_with_the_frequencies_as_weights(engine, database_url, bert, tmp_path) -> None:
    accept(engine, "약", "대일밴드", frequency=10)
    curator("release", "--database", database_url)
    accept(engine, "반창고", "밴드")
    curator("release", "--database", database_url)
    out, newest = tmp_path / "out", tmp_path / "newest"
    common = ("--no-report", "--database", database_url, "--pooling", "weighted")
    said = curator("apply", bert, out, *common, "--release", 1)
    assert "release 1: 1 of 1 groups, 1 new entries" in said
    manifest = json.loads((out / "adjustment.json").read_text("utf-8"))
    assert manifest["groups"]["release"] == 1
    assert [(word["word"], word["weight"]) for word in manifest["words"]] == [("약", 10), ("대일밴드", 11)]
    shown = json.loads(curator("release", "--database", database_url, "show", 1, "--json"))
    assert manifest["groups"]["digest"] == shown["digest"]
    table, ids = state(bert)[TABLE].double().numpy(), {entry: i for i, entry in enumerate(vocabulary())}
    pieces = table[[ids[piece] for piece in "대 ##일 ##밴 ##드".split()]].mean(axis=0)
    np.testing.assert_allclose(state(out)[TABLE][-1], (10 * table[ids["약"]] + 11 * pieces) / 21, atol=1e-6)
    assert "release 2: 2 of 2 groups" in curator("apply", bert, newest, *common)
    assert tokens(newest, ["반창고를"]) == [["반창고", "##를"]]


def test_a_release_that_is_not_there_is_named(engine, database_url, bert, tmp_path) -> None:
    def fail(*arguments: object) -> str:
        command = [
            "apply",
            "--no-report",
            str(bert),
            str(tmp_path / "out"),
            "--database",
            database_url,
            *arguments,
        ]
        result = CliRunner().invoke(main, list(map(str, command)))
        assert result.exit_code, result.output
        assert not (tmp_path / "out").exists()
        return result.output

    assert "there is no release; there are: none yet, make one with `curator release`" in fail()
    accept(engine, "약", "대일밴드")
    curator("release", "--database", database_url)
    assert "there is no release 7; there are: 1" in fail("--release", 7)
    (tmp_path / "groups.json").write_text('{"약": ["약", "대일밴드"]}', "utf-8")
    assert "--groups takes the place of --release and --database" in fail("--groups", tmp_path / "groups.json")
