"""The model card of an adjusted checkpoint."""

import json
from collections import Counter

from curator.applier.manifest import MANIFEST, Manifest, title_of_base

CARD = "README.md"
N_LISTED = 10


def make_card(manifest: Manifest, *, has_report: bool, base_card: str | None) -> str:
    """Return the card: YAML for the hub, what was done, how to use it, what it costs.

    It may be published, so it names a folder without the path to it.

    :param base_card: that of BASE, which stays below.
    """
    base = manifest["base"]
    head, body = _split(base_card)
    groups, n_new = _groups(manifest), manifest["n_entries"] - base["n_entries"]
    told = f"`{MANIFEST}` has every word, id and digest" + (", `report.html` what it does" if has_report else "")
    title = title_of_base(manifest)
    at = f", revision {base['revision']}" if base["revision"] else ""
    parts = [
        _front_matter(manifest, head),
        f"# {title}, with synonyms that share an embedding",
        f"Made by `curator apply` from `{title}`{at} (content digest `{base['digest'][:16]}`) with "
        f"{manifest['groups']['source']}: {len(groups):,} groups, {n_new:,} new vocabulary entries behind "
        f"{base['n_entries']:,}. All other tensors and rows are those of the base, bit for bit; {told}.",
        "## Use",
        "```python\nfrom transformers import AutoModel, AutoTokenizer\n\n"
        'tokenizer = AutoTokenizer.from_pretrained("FOLDER")\nmodel = AutoModel.from_pretrained("FOLDER")\n```',
        "## How",
        "\n".join(f"- {line}" for line in _how(manifest)),
        "## Some of the groups",
        "\n".join(f"- {', '.join(words)}" for words in groups[:N_LISTED]),
        *(["## Card of the base", body.strip()] if body.strip() else []),
    ]
    return "\n\n".join(parts) + "\n"


def _groups(manifest: Manifest) -> list[list[str]]:
    groups: dict[str, list[str]] = {}
    for word in manifest["words"]:
        groups.setdefault(word["group"], []).append(word["word"])
    return list(groups.values())


def _front_matter(manifest: Manifest, head: str) -> str:
    base = manifest["base"]
    own = {"language": "ko", "tags": ["dongui", "synonyms"]}
    kept = head.splitlines()
    if base["revision"]:  # the hub knows no folders: a model made from one keeps what the folder was made from
        own = {"base_model": base["name"], **own}
        kept = _without_base_model(head)
    known = {line.split(":")[0] for line in kept}
    new = [f"{key}: {json.dumps(value)}" for key, value in own.items() if key not in known]
    return "\n".join(["---", *kept, *new, "---"])


def _without_base_model(head: str) -> list[str]:
    """Return the lines of BASE's YAML but those of what BASE was made from: this one was made from BASE."""
    kept, is_left_out = [], False
    for line in head.splitlines():
        if not line.startswith((" ", "-")):  # else it goes on with the key above
            is_left_out = line.startswith(("base_model:", "base_model_relation:"))
        if not is_left_out:
            kept.append(line)
    return kept


def _how(manifest: Manifest) -> list[str]:
    options = manifest["options"]["pool"]
    strength = "k/(2k-1)" if options["strength"] is None else options["strength"]
    sources = Counter(word["source"] for word in manifest["words"])
    return [
        f"Pooling {options['pooling']}, strength {strength}, assigned to {options['assign']} words",
        f"Vectors of new words: {options['init']}, seed {options['seed']}",
        f"Rows: {', '.join(f'{count:,} {source}' for source, count in sorted(sources.items()))}",
        f"{len(manifest['refused']):,} words were refused",
        *manifest["costs"],
    ]


def _split(card: str | None) -> tuple[str, str]:
    """Return the YAML at the top of a card, and the rest."""
    if card is None or not card.startswith("---\n") or "\n---" not in card[4:]:
        return "", card or ""
    head, _, body = card[4:].partition("\n---")
    return head + "\n", body.lstrip("\n")
