"""Groups as data: CSV, JSONL, Parquet, and the JSON dictionary of lists."""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from curator.export.base import GroupStream, write_lines
from curator.groups import SynonymGroup, group_json

CSV_HEADER = ("group", "position", "word", "pos", "weight", "parts", "decided_by", "decided_at")
GROUPS_PER_ROW_GROUP = 20_000


@dataclass(frozen=True, slots=True)
class _Table:
    """A format that holds any group as it is."""

    min_words: int = 2

    def problem(self, word: str) -> str | None:
        """Refuse nothing."""
        return None

    def notes(self, group: SynonymGroup) -> Iterator[str]:
        """Tell nothing."""
        return iter(())


class Csv(_Table):
    """A word a row, in UTF-8, quoted as RFC 4180 has it; position 0 is the canonical word."""

    def write(self, stream: GroupStream, path: Path) -> None:
        """Write the header and the rows; parts are a JSON list."""
        with path.open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out, lineterminator="\n")
            writer.writerow(CSV_HEADER)
            for group in stream.groups:
                for position, member in enumerate(group.members):
                    parts = json.dumps(member.parts, ensure_ascii=False) if member.parts else ""
                    weight = "" if member.weight is None else repr(member.weight)
                    word = (group.key, position, member.word, member.pos, weight, parts)
                    writer.writerow([*word, group.decided_by, group.decided_at])


class Jsonl(_Table):
    """A group a line, with all that is known of it."""

    def write(self, stream: GroupStream, path: Path) -> None:
        """Write the lines."""
        write_lines(path, (json.dumps(group_json(group), ensure_ascii=False) for group in stream.groups))


class Parquet(_Table):
    """A group a record, with a list of its members."""

    def write(self, stream: GroupStream, path: Path) -> None:
        """Write the records, ``GROUPS_PER_ROW_GROUP`` of them at a time."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        member = {"word": pa.string(), "pos": pa.string(), "weight": pa.float64(), "parts": pa.list_(pa.string())}
        group = {"id": pa.string(), "decided_by": pa.string(), "decided_at": pa.string()}
        metadata = {"format": "dongui-groups", "digest": stream.digest}
        schema = pa.schema({**group, "members": pa.list_(pa.struct(member))}, metadata=metadata)
        with pq.ParquetWriter(path, schema, compression="zstd") as writer:
            groups = iter(stream.groups)
            while part := list(islice(groups, GROUPS_PER_ROW_GROUP)):
                writer.write_table(pa.Table.from_pylist([group_json(each) for each in part], schema=schema))


class Lists(_Table):
    """A dictionary, in JSON: the canonical word -> all words, itself the first."""

    def write(self, stream: GroupStream, path: Path) -> None:
        """Write a group a line."""
        write_lines(path, self._lines(stream))

    def _lines(self, stream: GroupStream) -> Iterator[str]:
        yield "{"
        before = None
        for group in stream.groups:
            if before is not None:
                yield before + ","
            words = json.dumps(group.words, ensure_ascii=False)
            before = f" {json.dumps(group.words[0], ensure_ascii=False)}: {words}"
        if before is not None:
            yield before
        yield "}"
