"""BPE vocabularies (RoBERTa, GPT-2, ModernBERT, LLaMA): the words become added tokens, the best that BPE allows.

An entry of a BPE vocabulary is reached only through merges, each of which has an entry of its own and fires in
other words, too: texts without a new word would change. An added token changes only texts that hold the word; but
it is cut out wherever it stands, and what is behind it is tokenized apart.
"""

import json
from collections.abc import Sequence

from curator.applier.said import Said
from curator.applier.vocabulary.common import (
    TOKENIZER_JSON,
    Finding,
    TokenizerFiles,
    Vocabulary,
    WrittenTokenizer,
    is_special,
)

N_NAMED = 5


class AddedTokenVocabulary(Vocabulary):
    """A vocabulary that is reached through merges."""

    kind = "BPE"

    def __init__(self, files: TokenizerFiles) -> None:
        super().__init__(files)
        # The start of an eojeol is told by the space before it, which the tokenizer does not add by itself.
        splitters = json.dumps(files.json.get("pre_tokenizer"))
        adds_it = '"ByteLevel"' not in splitters or '"add_prefix_space": true' in splitters
        self.text_prefix = "" if adds_it else " "
        unknown = files.json["model"].get("unk_token")
        self.unknown_id = self.ids.get(unknown) if unknown else None

    def find(self, words: Sequence[str]) -> list[Finding]:
        """Return what the vocabulary says of each word as it stands at the start of an eojeol."""
        texts = [self.text_prefix + word for word in words]
        encoded = self.tokenizer.encode_batch(texts, add_special_tokens=False)
        found = []
        for word, encoding in zip(words, encoded, strict=True):
            known = tuple(id for id in encoding.ids if id != self.unknown_id)
            objection = is_special() if word in self.added else self.objection_to_added(word)
            is_entry = len(encoding.ids) == len(known) == 1 and not objection
            entry = encoding.tokens[0] if is_entry else word
            unknown = "" if len(known) == len(encoding.ids) else "some characters"
            found.append(Finding(entry, known[0] if is_entry else None, known, unknown, (word,), objection))
        return found

    def extend(self, entries: Sequence[str]) -> WrittenTokenizer:
        """Return tokenizer.json with the entries as added tokens, which take the space before them with them."""
        flags = {"single_word": False, "lstrip": True, "rstrip": False, "normalized": False, "special": False}
        new = [{"id": self.n_entries + i, "content": entry, **flags} for i, entry in enumerate(entries)]
        content = {**self.files.json, "added_tokens": [*self.files.json.get("added_tokens", ()), *new]}
        return WrittenTokenizer(
            files={TOKENIZER_JSON: json.dumps(content, ensure_ascii=False)},
            stale=(),
            costs=(*self._costs(entries), *self._cost_of_spaces()),
        )

    def _cost_of_spaces(self) -> tuple[Said, ...]:
        if not self.text_prefix:
            return ()
        english = (
            "Rows of known words are those that count behind a space; at the very start of a text such a word is "
            "another entry, which stays as it is."
        )
        korean = (
            "이미 있던 낱말의 행은 빈칸 뒤에 올 때의 행입니다. 글의 맨 앞에 오면 다른 항목이며, 그 행은 그대로 "
            "둡니다."
        )
        return (Said(english, korean),)

    def _costs(self, entries: Sequence[str]) -> tuple[Said, ...]:
        if not entries:
            return ()
        ids = sorted(self.ids.values())
        spelled = {text.strip() for text in self.tokenizer.decode_batch([[id] for id in ids])}
        lengths, wanted = {len(entry) for entry in entries}, set(entries)
        cut = sorted(
            text
            for text in spelled
            if any(text[i : i + n] in wanted for n in lengths for i in range(len(text) - n + 1))
        )
        named = f" ({', '.join(cut[:N_NAMED])}{', ...' if len(cut) > N_NAMED else ''})" if cut else ""
        english = (
            f"A BPE tokenizer takes new words only as added tokens: {len(entries):,} words are cut out of a text "
            "wherever they stand, inside other words, too, and a particle behind one is tokenized "
            f"apart; {len(cut):,} known entries hold one{named}."
        )
        korean = (
            f"BPE 토크나이저는 새 낱말을 추가 토큰으로만 받습니다. 낱말 {len(entries):,}개는 다른 낱말 속에서도, "
            f"글의 어디에서나 잘려 나가고 뒤의 조사는 따로 나뉩니다. 이미 있던 항목 {len(cut):,}개에 그런 낱말이 "
            f"들어 있습니다{named}."
        )
        return (Said(english, korean),)
