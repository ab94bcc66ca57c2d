"""Real Dask clusters of processes: the same result as on one machine, also when a worker is killed."""

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from distributed import Client, LocalCluster, Nanny, Scheduler, SpecCluster

from miner import pipeline
from miner.cli import main
from miner.engine import cluster as engine_cluster
from miner.engine.cluster import DaskCluster, connected, parse_resource
from miner.engine.lexicon import mine_lexicon_on
from miner.engine.shared import SharedFolder
from miner.lexicon.stages import mine_lexicon
from miner.options import ClusterOptions, CorpusOptions, EncoderOptions, GroupOptions, LexiconOptions, RunOptions
from miner.pipeline import mine_groups
from miner.stages import StageStore

UTTERANCES = [
    "상처에 반창고(대일밴드)를 붙였어요",
    "휴대폰 화면이 깨졌어요",
    "핸드폰 화면을 봤어요",
    "의사가 우울하다고 했어요",
    "프로작(플루옥세틴)을 먹었어요",
    "내비게이션과 네비게이션을 켰어요",
]
N_FILES = 4


@pytest.fixture(scope="module")
def address():
    """Of a scheduler with two workers, processes of one thread each, of which one says that it has a GPU."""
    scheduler = {"cls": Scheduler, "options": {"host": "127.0.0.1", "dashboard_address": "127.0.0.1:0"}}
    plain = {"cls": Nanny, "options": {"nthreads": 1}}
    with_gpu = {"cls": Nanny, "options": {"nthreads": 1, "resources": {"GPU": 1}}}
    with SpecCluster(scheduler=scheduler, workers={"plain": plain, "gpu": with_gpu}) as cluster:
        yield cluster.scheduler_address


@pytest.fixture
def files(tmp_path):
    paths = []
    for number in range(N_FILES):
        path = tmp_path / f"{number}.txt"
        texts = [f"{text} {number}번째" for text in UTTERANCES[number % 3 :]] * 4
        path.write_text("\n".join(texts) + "\n", encoding="utf-8")
        paths.append(str(path))
    return tuple(paths)


@pytest.fixture
def options(files, vocabulary):
    lexicon = LexiconOptions(analyzer="kiwi", tokenizer=str(vocabulary), n_workers=1)
    groups = GroupOptions(min_probability=0.05)  # next to nothing is sure among few words
    return RunOptions(CorpusOptions(files), lexicon, EncoderOptions(device="cpu"), groups)


def test_a_run_on_two_workers_is_the_run_on_one_machine(options, address, tmp_path, monkeypatch):
    on = ClusterOptions(address, worker_resource="GPU=1")
    monkeypatch.setattr(pipeline, "cache_folder", lambda: tmp_path)  # the words have to be encoded
    many = mine_groups(
        replace(options, cluster=on),
        work_dir=tmp_path / "many",
        database=str(tmp_path / "words.db"),
    )
    monkeypatch.undo()
    one = mine_groups(options, work_dir=tmp_path / "one", database=str(tmp_path / "words.db"))
    assert many.lexicon == one.lexicon
    assert many.groups == one.groups
    assert {"핸드폰", "휴대폰"} in [set(group.words) for group in many.groups]
    told = many.manifest["stages"]
    assert told["eojeols"]["report"]["n_partitions"] == N_FILES
    assert told["vectors"]["report"]["n_encoded"] > 5
    assert told["text_evidence"]["report"] == one.manifest["stages"]["text_evidence"]["report"]
    assert told["text_evidence"]["report"]["n_alias_pairs"] > 0
    assert many.stored.is_new_run
    assert not one.stored.is_new_run  # the same run to the last digit


class KillsAWorker(DaskCluster):
    """Kills a worker as soon as the first partition is counted."""

    def map(self, function, tasks, *, description, resource=None):
        for result in super().map(function, tasks, description=description, resource=resource):
            yield result
            if description == "analysing" and self.killed is None:
                self.killed = next(iter(self._client.run(os.getpid).values()))
                os.kill(self.killed, signal.SIGKILL)

    killed = None


def test_a_worker_that_is_killed_in_the_middle_loses_nothing(options, address, tmp_path):
    with Client(address) as client:
        cluster = KillsAWorker(client)
        found, source, _ = mine_lexicon_on(
            cluster,
            options.source,
            options.lexicon,
            0,
            StageStore(tmp_path / "many"),
            shared=SharedFolder(str(tmp_path / "shared")),
            partition_bytes=200,
        )
        client.wait_for_workers(2, timeout=120)
        assert cluster.killed not in client.run(os.getpid).values()
    assert (found, source) == mine_lexicon(options, StageStore(tmp_path / "one"))
    # Killed while it wrote, it may leave the file that it had in hand, which nothing takes for a finished one.
    assert len(list(tmp_path.glob("shared/**/*.unfinished"))) <= 1


def test_the_command_takes_the_address_of_a_scheduler(files, vocabulary, address, tmp_path):
    def lexicon(name, *more):
        output = tmp_path / f"{name}.tsv"
        command = ["lexicon", *files, "--tokenizer", str(vocabulary), "--analyzer", "kiwi", "-o", str(output)]
        done = CliRunner().invoke(main, [*command, "--work-dir", str(tmp_path / name), *more])
        assert done.exit_code == 0, done.output
        return output.read_text(encoding="utf-8"), done.output

    many, told = lexicon("many", "--scheduler", address, "--shared-dir", str(tmp_path / "shared"))
    assert many == lexicon("one", "--workers", "1")[0]
    assert f"{N_FILES}  partitions" in told


def test_workers_on_this_machine_are_not_told_of(files, vocabulary, tmp_path):
    miner = Path(sys.executable).with_name("miner")
    command = [miner, "lexicon", *files, *"--scheduler local --workers 1 --analyzer kiwi --tokenizer".split()]
    command = [*command, vocabulary, "-o", tmp_path / "lexicon.tsv", "--work-dir", tmp_path / "stages"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stderr
    assert "Nanny" not in done.stderr + done.stdout
    assert "INFO" not in done.stderr


def test_workers_that_do_not_fit_are_told_apart(address, tmp_path):
    with connected(address) as cluster:
        with pytest.raises(ValueError, match="none of 2 workers has the resource TPU=1; start some with"):
            list(cluster.map(abs, [1], description="test", resource="TPU=1"))
        with pytest.raises(ValueError, match="2 of 2 workers do not see .*: tcp://.* says 'memory://here/seen"):
            cluster.check_folder(SharedFolder("memory://here"))
        cluster._versions = {"dongui": "0"}
        with pytest.raises(ValueError, match="this machine {'dongui': '0'}; install the same on all"):
            list(cluster.map(abs, [1], description="test"))


def test_a_worker_of_two_threads_is_refused():
    with (
        LocalCluster(n_workers=1, threads_per_worker=2, processes=False, dashboard_address="127.0.0.1:0") as local,
        connected(local.scheduler_address) as cluster,
        pytest.raises(ValueError, match="has 2 threads.*--nworkers auto --nthreads 1"),
    ):
        list(cluster.map(abs, [1], description="test"))


def test_a_task_that_ends_every_worker_is_told(monkeypatch):
    @contextmanager
    def no_bar(*_, **__):
        yield lambda amount: None

    from dask import config

    monkeypatch.setattr(engine_cluster, "progress_bar", no_bar)
    with (
        config.set({"distributed.scheduler.allowed-failures": 0}),
        connected("local", n_workers=1, resource="GPU=1") as cluster,
        pytest.raises(ChildProcessError, match="ended 1 workers .* for want of memory"),
    ):
        list(cluster.map(os._exit, [1], description="test"))


def test_no_scheduler_no_worker_and_no_dask_are_told(monkeypatch):
    monkeypatch.setattr(engine_cluster, "SECONDS_TO_WAIT", 0.5)
    with (
        pytest.raises(OSError, match="no Dask scheduler answers at tcp://127.0.0.1:1"),
        connected("tcp://127.0.0.1:1"),
    ):
        pass
    with (
        LocalCluster(n_workers=0, dashboard_address="127.0.0.1:0") as local,
        pytest.raises(OSError, match="has no worker after 0.5 s; start some: dask worker"),
        connected(local.scheduler_address),
    ):
        pass
    with pytest.raises(ValueError, match="'GPU' is no NAME=AMOUNT; expected e.g. GPU=1"):
        parse_resource("GPU")
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ValueError, match=r"pip install 'dongui\[cluster\]'"), connected("tcp://127.0.0.1:1"):
        pass
