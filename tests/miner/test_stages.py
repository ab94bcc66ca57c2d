import errno
import json
import os

import pytest

from miner.stages import StageStore, fingerprint


def write(text, calls):
    def compute(folder):
        calls.append(text)
        (folder / "out.txt").write_text(text, encoding="utf-8")
        return {"n_characters": len(text)}

    return compute


def test_a_finished_stage_is_not_run_again(tmp_path):
    calls = []
    first = StageStore(tmp_path).run("lexicon", {"min_count": 2}, write("낱말", calls))
    second = StageStore(tmp_path).run("lexicon", {"min_count": 2}, write("낱말", calls))
    assert calls == ["낱말"]
    assert (first.reused, second.reused) == (False, True)
    assert first.folder == second.folder
    assert second.report == {"n_characters": 2}
    assert (second.folder / "out.txt").read_text(encoding="utf-8") == "낱말"


def test_a_stage_tells_the_same_when_it_runs_as_when_it_is_read(tmp_path):
    told = {"named": ("a", "b"), "by_number": {1: 2}}
    first, again = (StageStore(tmp_path).run("s", {}, lambda folder: told).report for _ in range(2))
    assert first == again == {"named": ["a", "b"], "by_number": {"1": 2}}


def test_other_options_make_another_stage(tmp_path):
    calls = []
    store = StageStore(tmp_path)
    folders = {store.run("lexicon", {"min_count": n}, write(str(n), calls)).folder for n in (1, 2)}
    assert calls == ["1", "2"]
    assert len(folders) == 2


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(errno.ENOSPC, "No space left on device")])
def test_an_interrupted_stage_leaves_nothing_and_runs_again(tmp_path, error):
    store = StageStore(tmp_path)
    kept = store.run("corpus", {}, write("earlier", []))

    def fail(folder):
        (folder / "half.bin").write_bytes(b"x" * 1000)
        raise error

    with pytest.raises(type(error)):
        store.run("lexicon", {}, fail)
    assert [path.name for path in tmp_path.iterdir()] == [kept.folder.name]
    assert not StageStore(tmp_path).run("lexicon", {}, write("now", [])).reused


def test_what_a_killed_run_left_is_removed(tmp_path):
    calls = []
    finished = StageStore(tmp_path).run("lexicon", {}, write("a", calls)).folder
    left = finished.with_name(f"{finished.name}.{2**22 + 1}.unfinished")  # above the largest process id
    finished.rename(left)
    (left / "stage.json").unlink()
    StageStore(tmp_path).run("lexicon", {}, write("a", calls))
    assert calls == ["a", "a"]
    assert [path.name for path in tmp_path.iterdir()] == [finished.name]


def test_what_a_killed_run_of_our_own_number_left_is_removed(tmp_path):
    """In a container every run may be process 1."""
    finished = StageStore(tmp_path).run("lexicon", {}, write("a", [])).folder
    left = finished.with_name(f"{finished.name}.{os.getpid()}.unfinished")
    finished.rename(left)
    (left / "half.bin").write_bytes(b"x")
    again = StageStore(tmp_path).run("lexicon", {}, write("a", []))
    assert [path.name for path in tmp_path.iterdir()] == [finished.name]
    assert sorted(path.name for path in again.folder.iterdir()) == ["out.txt", "stage.json"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: (folder / "out.txt").write_bytes(b""),
        lambda folder: (folder / "out.txt").unlink(),
        lambda folder: (folder / "stage.json").write_bytes(b""),
        lambda folder: (folder / "stage.json").unlink(),
        lambda folder: (folder / "stage.json").write_text("{}"),
    ],
)
def test_a_damaged_stage_runs_again_and_says_so(tmp_path, caplog, damage):
    calls = []
    folder = StageStore(tmp_path).run("lexicon", {}, write("낱말", calls)).folder
    damage(folder)
    again = StageStore(tmp_path).run("lexicon", {}, write("낱말", calls))
    assert (calls, again.reused) == (["낱말", "낱말"], False)
    assert (folder / "out.txt").read_text(encoding="utf-8") == "낱말"
    assert f"{folder} is damaged" in caplog.text
    assert StageStore(tmp_path).run("lexicon", {}, write("낱말", calls)).reused


def test_an_array_that_did_not_fit_is_told_as_a_full_disk(tmp_path):
    def fail(folder):
        raise OSError("210944 requested and 63456 written")  # as numpy.ndarray.tofile does, without a number

    with pytest.raises(OSError, match="210944 requested and 63456 written") as raised:
        StageStore(tmp_path).run("vectors", {}, fail)
    assert raised.value.errno == errno.ENOSPC
    assert list(tmp_path.iterdir()) == []


def test_two_runs_that_finish_the_same_stage_agree_on_the_first(tmp_path):
    def slow(folder):
        (folder / "out.txt").write_text("slow", encoding="utf-8")
        # the other run gets there first:
        other = tmp_path / folder.name.split(".")[0]
        other.mkdir()
        record = {"seconds": 1.0, "files": {}, "report": {"by": "other"}}
        (other / "stage.json").write_text(json.dumps(record), encoding="utf-8")
        return {"by": "slow"}

    assert StageStore(tmp_path).run("lexicon", {}, slow).report == {"by": "other"}
    assert len(list(tmp_path.iterdir())) == 1


def test_a_fingerprint_does_not_depend_on_the_order_of_options():
    assert fingerprint({"a": 1, "b": [1, 2]}) == fingerprint({"b": [1, 2], "a": 1})
    assert fingerprint({"a": 1}) != fingerprint({"a": 2})
