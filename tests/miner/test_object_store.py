"""A real S3 server on this machine: the same result as from local files, also on a cluster, and clear errors."""

import gzip
import logging
import subprocess
import sys
import urllib.request
from contextlib import contextmanager
from dataclasses import replace

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from distributed import Nanny, Scheduler, SpecCluster
from moto.server import ThreadedMotoServer

from miner.cli import main
from miner.corpus import digest_input
from miner.corpus.addresses import AddressError
from miner.corpus.binary_tables import read_parquet
from miner.corpus.sources import Source, is_damage
from miner.engine import workplace
from miner.engine.shared import SharedFolder
from miner.options import ClusterOptions, CorpusOptions, LexiconOptions, RunOptions
from miner.stages import StageStore

UTTERANCES = [
    "상처에 반창고(대일밴드)를 붙였어요",
    "휴대폰 화면이 깨졌어요",
    "핸드폰 화면을 봤어요",
    "프로작(플루옥세틴)을 먹었어요",
]
REGION = "ap-northeast-2"
N_ROW_GROUPS = 4
N_PARTITIONS = 4  # of a megabyte: two row groups each, the text before its long line and after


@pytest.fixture(scope="module")
def endpoint():
    """The URL of an S3 server with the bucket ``corpus``; it lies in the environment, which workers inherit."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # it logs each request
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    url = "http://{}:{}".format(*server.get_host_and_port())
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_ENDPOINT_URL", url)
        environment.setenv("AWS_ACCESS_KEY_ID", "dongui")
        environment.setenv("AWS_SECRET_ACCESS_KEY", "secret")
        environment.setenv("AWS_DEFAULT_REGION", REGION)
        environment.setenv("AWS_MAX_ATTEMPTS", "1")  # the tests wait for no second answer
        fsspec.filesystem("s3").mkdir("corpus", region_name=REGION)
        yield url
    server.stop()


@pytest.fixture(autouse=True)
def own_connections(endpoint):
    """No test goes on with the connections and listings of another."""
    fsspec.filesystem("s3").clear_instance_cache()


@pytest.fixture(scope="module")
def folder(endpoint, tmp_path_factory):
    """A Parquet file and a plain text, each of more than a megabyte, here and in the bucket."""
    folder = tmp_path_factory.mktemp("texts")
    texts = [f"{UTTERANCES[n % 4]} {n}번째" for n in range(50 * N_ROW_GROUPS)]
    scans = [bytes(range(256)) * 50] * len(texts)
    table = pa.table({"scan": scans, "text": texts})
    pq.write_table(table, folder / "a.parquet", row_group_size=50, compression="none", use_dictionary=False)
    again = [f"{text}요" for text in texts]
    lines = ["약을 먹었어요 🌷", *again, " " * 1_000_000, *reversed(again)]
    (folder / "b.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    for name in ("a.parquet", "b.txt"):
        fsspec.filesystem("s3").put_file(str(folder / name), f"corpus/texts/{name}")
    return folder


@pytest.fixture(scope="module")
def scheduler(endpoint):
    """The address of a scheduler with two workers, processes of one thread each."""
    scheduler = {"cls": Scheduler, "options": {"host": "127.0.0.1", "dashboard_address": "127.0.0.1:0"}}
    worker = {"cls": Nanny, "options": {"nthreads": 1}}
    with SpecCluster(scheduler=scheduler, workers={"one": worker, "two": worker}) as cluster:
        yield cluster.scheduler_address


@pytest.fixture
def lexicon(vocabulary, tmp_path):
    """Run ``miner lexicon``, and return its exit code, what it printed and what it wrote."""

    def run(*arguments):
        output = tmp_path / "lexicon.tsv"
        command = ["lexicon", *map(str, arguments), "--tokenizer", str(vocabulary), "--analyzer", "kiwi"]
        command += ["--workers", "1", "-o", str(output), "--work-dir", str(tmp_path / "stages")]
        done = CliRunner().invoke(main, command)
        written = output.read_bytes() if output.exists() else b""
        output.unlink(missing_ok=True)
        return done.exit_code, done.output, written

    return run


def test_a_bucket_gives_the_words_of_the_files_on_one_machine_and_on_two_workers(folder, lexicon, scheduler):
    code, printed, local = lexicon(folder / "a.parquet", folder / "b.txt")
    assert code == 0, printed
    assert "플루옥세틴\t" in local.decode()
    assert lexicon("s3://corpus/texts/*")[::2] == (0, local)
    on = ["--scheduler", scheduler, "--shared-dir", "s3://corpus/counted", "--partition-megabytes", "1"]
    code, printed, many = lexicon("s3://corpus/texts/*", *on)
    assert (code, many) == (0, local), printed
    assert f"{N_PARTITIONS}  partitions" in printed
    assert len(fsspec.filesystem("s3").glob("corpus/counted/*/sentences-*.parquet")) == N_PARTITIONS


def test_sentences_that_workers_left_in_a_bucket_say_what_those_of_one_machine_say(
    folder, vocabulary, scheduler, tmp_path
):
    def mined(name, cluster):
        with workplace(replace(options, cluster=cluster), tmp_path / name) as place:
            lexicon, source = place.mine_lexicon(options, StageStore(tmp_path / name))
            words = [word.text for word in lexicon.words]
            around = place.find_distribution(words).rows.toarray()
            return lexicon, source, place.find_text_evidence(words, []), around.tobytes()

    corpus = CorpusOptions(("s3://corpus/texts/*",))
    options = RunOptions(corpus, LexiconOptions(analyzer="kiwi", tokenizer=str(vocabulary), n_workers=1))
    one = mined("one", ClusterOptions())
    assert mined("many", ClusterOptions(scheduler, "s3://corpus/again", partition_megabytes=1)) == one
    lexicon, source, (_, counts), _ = one
    documents = {example.document for word in lexicon.words for example in word.examples}
    assert documents == {"s3://corpus/texts/a.parquet", "s3://corpus/texts/b.txt"}
    assert source["inputs"][0]["sha256"] == digest_input(folder / "a.parquet")
    assert counts["n_alias_pairs"] > 0


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("s3://corpus/none.txt", "s3://corpus/none.txt: there is no such file or bucket"),
        ("s3://corpus/none*", "s3://corpus/none*: no file there has such a name"),
        ("s3://nowhere/a.txt", "(The specified bucket does not exist); check the address"),
        ("s3://corpus/texts", "s3://corpus/texts is a folder; give the files in it"),
    ],
)
def test_what_is_not_in_the_store_is_told(folder, lexicon, name, told):
    code, printed, _ = lexicon(name)
    assert (code, printed.count("\n")) == (1, 1), printed
    assert told in printed


def test_a_misspelt_bucket_of_the_shared_folder_is_told_and_not_made(folder, lexicon, scheduler):
    code, printed, _ = lexicon("s3://corpus/texts/*", "--scheduler", scheduler, "--shared-dir", "s3://corpse/work")
    assert (code, printed.count("\n")) == (1, 1), printed
    assert "s3://corpse/work: there is no such file or bucket (The specified bucket does not exist)" in printed
    assert fsspec.filesystem("s3").ls("") == ["corpus"]


@contextmanager
def refusing(endpoint):
    """Have the server ask who is there, and know nobody."""

    def accept(n_requests):
        request = urllib.request.Request(
            f"{endpoint}/moto-api/reset-auth", n_requests, {"Content-Type": "text/plain"}
        )
        urllib.request.urlopen(request).close()

    accept(b"0")
    try:
        yield
    finally:
        accept(b"inf")


def test_refused_credentials_are_told(folder, endpoint, lexicon):
    with refusing(endpoint):
        code, printed, _ = lexicon("s3://corpus/texts/b.txt")
        with pytest.raises(
            AddressError, match="s3://corpus/counted cannot be used: The AWS Access Key Id you provided"
        ):
            SharedFolder("s3://corpus/counted").write_json("a.json", True)
    assert (code, printed.count("\n")) == (1, 1), printed
    assert "s3://corpus/texts/b.txt cannot be used: Forbidden; expected a store that answers, and" in printed


def test_missing_credentials_and_a_store_that_does_not_answer_are_told(folder, lexicon, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    code, printed, _ = lexicon("s3://corpus/texts/*")
    assert (code, printed.count("\n")) == (1, 1), printed
    assert (
        's3://corpus/texts/* cannot be used: Could not connect to the endpoint URL: "http://127.0.0.1:1' in printed
    )
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "none")
    fsspec.filesystem("s3").clear_instance_cache()
    code, printed, _ = lexicon("s3://corpus/texts/b.txt")
    assert (code, printed.count("\n")) == (1, 1), printed
    assert "s3://corpus/texts/b.txt cannot be used: Unable to locate credentials; expected" in printed


def test_a_file_is_not_damaged_where_the_store_refuses_between_two_reads(folder, endpoint):
    fsspec.filesystem("s3").pipe_file("corpus/c.txt.gz", gzip.compress("약을 먹었어요".encode()))
    compressed = Source.find("s3://corpus/c.txt.gz", None).open(int)
    with (
        compressed as stream,
        refusing(endpoint),
        pytest.raises(AddressError, match="c.txt.gz cannot be") as caught,
    ):
        stream.read1(1)
    assert not is_damage(caught.value)
    parquet = Source.find("s3://corpus/texts/a.parquet", None).open_seekable(int)
    with (
        parquet as file,
        refusing(endpoint),
        pytest.raises(AddressError, match="s3://corpus/texts/a.parquet cannot"),
    ):
        read_parquet(file, (), "a.parquet")


def test_without_s3fs_the_error_has_the_package(folder, vocabulary, tmp_path):
    hidden = "import sys; sys.modules['s3fs'] = None; from miner.cli import main; main()"
    command = [sys.executable, "-c", hidden, "lexicon", "s3://corpus/texts/b.txt", "--tokenizer", vocabulary]
    done = subprocess.run([*command, "-o", tmp_path / "lexicon.tsv"], capture_output=True, text=True, timeout=120)
    told = "Error: s3://corpus/texts/b.txt cannot be opened: Install s3fs to access S3\n"
    assert (done.returncode, done.stderr) == (1, told)
