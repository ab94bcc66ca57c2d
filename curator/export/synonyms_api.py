"""Elasticsearch's synonyms API: a set of rules as a body, compared with what is there, and put in its place.

``PUT _synonyms/<set>`` replaces all rules of the set. OpenSearch has no such API; it reads a file on every node.
"""

import base64
import http.client
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from curator.export.base import GroupStream
from curator.export.solr import Solr, rule
from curator.groups import SynonymGroup

MAX_RULES = 10_000  # of a set in Elasticsearch 8; from 9.5 on the setting synonyms.max_synonym_rules, 100,000
RULES_PER_PAGE = 1_000
MAX_READABLE_RULES = 10_000  # `from` + `size` of the API
TIMEOUT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class SynonymsSet:
    """The body of ``PUT _synonyms/<set>``, a rule a line; a rule's id is ``g-`` and the key of its group.

    :ivar is_mapping: as in ``Solr``.
    :ivar max_rules: that the server takes in one set.
    """

    is_mapping: bool = False
    max_rules: int = MAX_RULES
    min_words: int = 2

    def problem(self, word: str) -> str | None:
        """Refuse what ``Solr`` refuses."""
        return Solr().problem(word)

    def notes(self, group: SynonymGroup) -> Iterator[str]:
        """Tell what ``Solr`` tells."""
        return Solr().notes(group)

    def write(self, stream: GroupStream, path: Path) -> None:
        """Write the body.

        :raises ValueError: if there are more rules than the server takes.
        """
        with path.open("w", encoding="utf-8", newline="\n") as out:
            out.write('{"synonyms_set": [')
            for number, group in enumerate(stream.groups, 1):
                if number > self.max_rules:
                    raise ValueError(
                        f"{stream.source} has more than {self.max_rules:,} groups, the rules that a set may have "
                        "(10,000 in Elasticsearch 8, 100,000 from 9.5 on); raise --max-rules if your server "
                        "takes more, or use a synonyms file, which has no limit"
                    )
                text = json.dumps(
                    {"id": f"g-{group.key}", "synonyms": rule(group.words, is_mapping=self.is_mapping)},
                    ensure_ascii=False,
                )
                out.write(("\n" if number == 1 else ",\n") + text)
            out.write("\n]}\n")


@dataclass(frozen=True, slots=True)
class RulesDifference:
    """What a push changes: rules by id.

    :ivar changed: id -> what is there, and what takes its place.
    :ivar n_unread: rules of the server past those that its API shows; they are replaced, too.
    """

    added: Mapping[str, str]
    removed: Mapping[str, str]
    changed: Mapping[str, tuple[str, str]]
    n_unread: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether the server has these very rules."""
        return not (self.added or self.removed or self.changed or self.n_unread)


class SynonymsServer:
    """A synonyms set of an Elasticsearch cluster.

    :param url: of the cluster, ``https://host:9200``; user and password may stand in it.
    :param name: of the set.
    :param api_key: in base64, as Elasticsearch gives it out.
    """

    def __init__(self, url: str, name: str, *, api_key: str | None = None) -> None:
        shown = url.rpartition("@")[2]  # no password
        problem = f"{shown!r} is no address of a cluster; expected e.g. https://localhost:9200"
        try:
            parts = urllib.parse.urlsplit(url)
            port = f":{parts.port}" if parts.port else ""
        except ValueError:
            raise ValueError(problem) from None  # the error's text may hold a piece of the password
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(problem)
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        path = f"{parts.path.rstrip('/')}/_synonyms/{urllib.parse.quote(name, safe='')}"
        self.address = urllib.parse.urlunsplit((parts.scheme, host + port, path, "", ""))
        self._authorization: str | None = None
        if api_key:
            self._authorization = f"ApiKey {api_key}"
        elif parts.username:
            pair = f"{urllib.parse.unquote(parts.username)}:{urllib.parse.unquote(parts.password or '')}"
            self._authorization = "Basic " + base64.b64encode(pair.encode()).decode("ascii")

    def difference(self, body: bytes) -> RulesDifference:
        """Compare a body with the rules that are there; a set that is not there has none.

        :raises OSError: if the cluster cannot be asked, or refuses.
        """
        new = {item["id"]: item["synonyms"] for item in json.loads(body)["synonyms_set"]}
        old, n_rules = self._read()
        return RulesDifference(
            added={key: text for key, text in new.items() if key not in old},
            removed={key: text for key, text in old.items() if key not in new},
            changed={key: (old[key], text) for key, text in new.items() if key in old and old[key] != text},
            n_unread=n_rules - len(old),
        )

    def replace(self, body: bytes) -> str:
        """Put the body in place of all rules of the set.

        :return: ``created`` or ``updated``.
        :raises OSError: if the cluster cannot be asked or refuses, or an analyzer could not be loaded anew.
        """
        answer = self._ask("PUT", "", body)
        shards = answer.get("reload_analyzers_details", {}).get("_shards", {})
        failures = shards.get("failures", [])
        if n_failed := max(len(failures), shards.get("failed", 0)):
            reason = failures[0] if failures else "no reason is given"
            raise OSError(
                f"{self.address}: the rules were stored, but {n_failed} shards could not load them: "
                f"{reason}; put the rules of the earlier release back, or mend the analyzer"
            )
        return str(answer["result"])

    def _read(self) -> tuple[dict[str, str], int]:
        rules: dict[str, str] = {}
        n_rules = 0
        for start in range(0, MAX_READABLE_RULES, RULES_PER_PAGE):
            try:
                page = self._ask("GET", f"?from={start}&size={RULES_PER_PAGE}")
            except FileNotFoundError:
                return {}, 0
            n_rules = page["count"]
            rules.update((rule["id"], rule["synonyms"]) for rule in page["synonyms_set"])
            if len(rules) >= n_rules:
                break
        return rules, n_rules

    def _ask(self, method: str, query: str, body: bytes | None = None) -> Any:  # noqa: ANN401 - JSON
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        request = urllib.request.Request(self.address + query, data=body, method=method, headers=headers)
        if self._authorization is not None:  # which no other host is to see, should this one name another
            request.add_unredirected_header("Authorization", self._authorization)
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as response:
                return _answer(method, json.load(response))
        except urllib.error.HTTPError as error:
            with error:
                said = error.read(2_000).decode("utf-8", "replace")
            if error.code == 404 and method == "GET" and _is_object(said):
                raise FileNotFoundError(f"{self.address}: there is no such set") from error
            raise OSError(f"{self.address} answered {error.code} to {method}: {said}") from error
        except urllib.error.URLError as error:
            raise OSError(f"{self.address} cannot be reached: {error.reason}; check the address") from error
        except (OSError, http.client.HTTPException) as error:
            state = "; whether the rules were replaced is not known, --dry-run tells" if method == "PUT" else ""
            raise OSError(f"{self.address} broke off its answer to {method}: {error!r}{state}") from error
        except ValueError as error:
            raise OSError(
                f"{self.address} did not answer {method} as Elasticsearch does ({error}); "
                "expected Elasticsearch 8.10 or newer"
            ) from error


def _answer(method: str, answer: Any) -> Any:  # noqa: ANN401 - JSON
    """Return an answer of the form that the API's documentation gives it.

    :raises ValueError: if it has another one.
    """
    if not isinstance(answer, dict):
        raise ValueError("the answer is no JSON object")
    if method == "PUT":
        if "result" not in answer:
            raise ValueError('the answer has no "result"')
        return answer
    rules = answer.get("synonyms_set")
    if not isinstance(answer.get("count"), int) or not isinstance(rules, list):
        raise ValueError('the answer has no "count" and "synonyms_set"')
    if not all(isinstance(rule, dict) and {"id", "synonyms"} <= rule.keys() for rule in rules):
        raise ValueError('a rule has no "id" and "synonyms"')
    return answer


def _is_object(said: str) -> bool:
    """Say whether an answer begins as the JSON of Elasticsearch does, and is no proxy's page."""
    return said.lstrip().startswith("{")
