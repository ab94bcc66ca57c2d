"""Accepted groups as plain values: what exports and checkpoints are made from, with or without a database."""

import hashlib
import json
import math
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

FORMAT = "dongui-groups"
FORMAT_VERSION = 1
EXPECTED = 'expected {"name": ["word", "word", ...], ...}, or the form that `curator release show N --json` prints'


class GroupMember(NamedTuple):
    """A word of a group; a named tuple, which takes a quarter of a frozen dataclass's time to make.

    :ivar word: NFC.
    :ivar pos: part of speech, if known.
    :ivar weight: frequency in the corpus, for weighted pooling; none if the source has none.
    :ivar parts: what a word of several parts is made of; it has no vocabulary entry of its own then.
    """

    word: str
    pos: str | None = None
    weight: float | None = None
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SynonymGroup:
    """Words that mean the same, the canonical one first.

    :ivar key: names the group in messages: its key in the database, or its name in the file.
    :ivar decided_by: name of the user who accepted it, if known.
    :ivar decided_at: when, ISO 8601 in UTC, if known.
    """

    key: str
    members: tuple[GroupMember, ...]
    decided_by: str | None = None
    decided_at: str | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """Return the texts of the members, the canonical one first."""
        return tuple(member.word for member in self.members)


@dataclass(frozen=True, slots=True)
class GroupSet:
    """Groups in which no word stands twice.

    :ivar source: where they come from, for messages: ``release 3`` or a file's name.
    :ivar digest: SHA-256 of the groups as canonical JSON; the same in a database and in a file.
    :ivar number: of the release, if it is one.
    :ivar created_at: when the release was made, ISO 8601 in UTC, if that is known.
    """

    source: str
    groups: tuple[SynonymGroup, ...]
    digest: str
    number: int | None = None
    created_at: str | None = field(default=None, compare=False)

    @property
    def n_words(self) -> int:
        """Return the number of words in all groups."""
        return sum(len(group.members) for group in self.groups)


def group_set(source: str, groups: Sequence[SynonymGroup], number: int | None = None) -> GroupSet:
    """Check the groups, and put them together.

    :raises ValueError: if there are none, a group has fewer than two words, or a word stands in two groups.
    """
    if not groups:
        raise ValueError(f"{source} has no groups; accept some, or give another release or file")
    owners: dict[str, SynonymGroup] = {}
    for group in groups:
        if len(group.members) < 2:
            raise ValueError(
                f"{source}: the group {group.key} has {len(group.members)} word ({', '.join(group.words)}); "
                "expected two or more. The name of a group is no member of it: write it into the list, too"
            )
        for word in group.words:
            if word in owners:
                raise ValueError(f"{source}: {_word_twice(word, owners[word], group)}")
            owners[word] = group
    return GroupSet(source, tuple(groups), digest_of(groups), number)


def _word_twice(word: str, first: SynonymGroup, second: SynonymGroup) -> str:
    if first is second:
        return f"{word} stands twice in the group {first.key} ({', '.join(first.words)}); leave one"
    return (
        f"{word} is a word of two groups, {first.key} ({', '.join(first.words)}) and {second.key} "
        f"({', '.join(second.words)}); take it out of one, or merge them"
    )


_ENCODE = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode  # made once: dumps makes one a call


def digest_of(groups: Iterable[SynonymGroup]) -> str:
    """Return the SHA-256 of the groups' content, which neither a name of a file nor a number changes."""
    digest = hashlib.sha256()
    for group in groups:
        add_to_digest(digest, group)
    return digest.hexdigest()


def add_to_digest(digest: "hashlib._Hash", group: SynonymGroup) -> None:
    """Add the next group to a digest that is built while the groups pass by."""
    digest.update(_ENCODE(group_json(group)).encode())
    digest.update(b"\n")


def to_json(groups: GroupSet) -> str:
    """Return the groups as the JSON text that ``read_groups`` reads back to an equal set."""
    head = {"format": FORMAT, "version": FORMAT_VERSION, "number": groups.number, "digest": groups.digest}
    if groups.created_at is not None:
        head["created_at"] = groups.created_at
    lines = ",\n".join(json.dumps(group_json(group), ensure_ascii=False) for group in groups.groups)
    return f'{json.dumps(head)[:-1]}, "groups": [\n{lines}\n]}}\n'


def group_json(group: SynonymGroup) -> dict[str, Any]:
    """Return a group as JSON holds it, in a release's text as in a line of JSONL."""
    decided = {"decided_by": group.decided_by, "decided_at": group.decided_at}
    members = [_member_json(member) for member in group.members]
    return {"id": group.key, **{k: v for k, v in decided.items() if v is not None}, "members": members}


def _member_json(member: GroupMember) -> dict[str, Any]:
    found: dict[str, Any] = {"word": member.word}
    if member.pos is not None:
        found["pos"] = member.pos
    if member.weight is not None:
        found["weight"] = member.weight
    if member.parts:
        found["parts"] = list(member.parts)
    return found


def read_groups(path: Path) -> GroupSet:
    """Read groups from a JSON file: a release as printed by ``to_json``, or a dictionary of lists.

    In a dictionary of lists the key names the group, and is its canonical word if it is one of its words;
    else the first word is. A dictionary of dictionaries gives each word its weight.

    :raises FileNotFoundError: if there is no such file.
    :raises ValueError: if the file is no JSON of either form, or its groups are wrong.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"), object_pairs_hook=unique_keys)
    except FileNotFoundError as error:
        raise FileNotFoundError(f"there is no file {path}; {EXPECTED}") from error
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is no UTF-8 text (byte {error.start}); {EXPECTED}") from error
    except json.JSONDecodeError as error:
        raise ValueError(f"{path} is no JSON: {error}; {EXPECTED}") from error
    except RecursionError as error:
        raise ValueError(f"{path} is nested too deeply; {EXPECTED}") from error
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error
    if not isinstance(content, dict):
        raise ValueError(f"{path} holds a {type(content).__name__}; {EXPECTED}")
    try:
        if content.get("format") != FORMAT:
            return group_set(str(path), [group_from_lists(str(path), *item) for item in content.items()])
        found = group_set(str(path), [group_from_json(str(path), item) for item in content["groups"]])
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{path} has another form ({type(error).__name__}: {error}); {EXPECTED}") from error
    if content.get("digest") not in (None, found.digest):
        raise ValueError(
            f"{path} says that its digest is {content['digest']}, but the groups in it have {found.digest}: "
            "it was changed after the release. Print it anew, or take the line with the digest out"
        )
    return GroupSet(str(path), found.groups, found.digest, content.get("number"), created_at_of(path, content))


def is_utf8(text: str) -> bool:
    r"""Say whether a text has no surrogate: JSON's ``\ud800``, or a byte that ``surrogateescape`` let pass."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def created_at_of(path: Path, content: Mapping[str, Any]) -> str | None:
    """Return when the release in a file was made, if the file says so.

    :raises ValueError: if what it says is no time.
    """
    found = content.get("created_at")
    try:
        return None if found is None else datetime.fromisoformat(found).isoformat()
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"{path} says that it was made at {found!r}; expected a time such as 2026-01-02T03:04:05+00:00"
        ) from error


def unique_keys(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object of its keys and values, for ``json``.

    :raises ValueError: if a key stands twice.
    """
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {twice!r} stands twice, and only one of the two would count; rename one")
    return found


def group_from_lists(source: str, name: str, words: Sequence[str] | Mapping[str, float]) -> SynonymGroup:
    """Read an entry of a dictionary of lists.

    :param source: where it stands, for messages.
    :raises TypeError: if it is no list of words.
    :raises ValueError: if a word or a weight is none, or a word stands twice.
    """
    if not isinstance(words, list | dict):
        raise TypeError(f"{name!r} is a {type(words).__name__}, no list of words")
    weights = words if isinstance(words, dict) else dict.fromkeys(words)
    if len(weights) < len(words):
        raise ValueError(f"{source}: the group {name} has a word twice; leave one")
    members = [_member(source, name, word, weight) for word, weight in weights.items()]
    canonical = unicodedata.normalize("NFC", name)
    members.sort(key=lambda member: member.word != canonical)
    return SynonymGroup(name, tuple(members))


def group_from_json(source: str, item: Mapping[str, Any]) -> SynonymGroup:
    """Read back what ``group_json`` made.

    :param source: where it stands, for messages.
    :raises KeyError: if a key is missing.
    :raises ValueError: if a word or a weight is none.
    """
    key = str(item["id"])
    members = tuple(
        _member(source, key, member["word"], member.get("weight"), member.get("pos"), member.get("parts", ()))
        for member in item["members"]
    )
    return SynonymGroup(key, members, item.get("decided_by"), item.get("decided_at"))


def _member(
    source: str,
    key: str,
    word: Any,  # noqa: ANN401 - what a file may hold
    weight: Any,  # noqa: ANN401
    pos: str | None = None,
    parts: Iterable[str] = (),
) -> GroupMember:
    if not isinstance(word, str) or not (stripped := word.strip()) or not is_utf8(word + key):
        raise ValueError(f"{source}: the group {key!r} has {word!r} among its words; expected a text in UTF-8")
    if weight is not None:
        is_number = isinstance(weight, int | float) and not isinstance(weight, bool)
        if not is_number or not math.isfinite(weight) or weight < 0:
            raise ValueError(f"{source}: {word} in the group {key} has the weight {weight!r}; expected 0 or more")
        weight = float(weight)
    own = tuple(unicodedata.normalize("NFC", part) for part in parts) if parts else ()
    return GroupMember(unicodedata.normalize("NFC", stripped), pos, weight, own)
