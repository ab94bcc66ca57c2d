"""Words to vectors: any ``SentenceTransformer``, and a built-in one that needs no download."""

from miner.encoder.cache import VectorCache
from miner.encoder.encoding import EncodedWords, Vectors, encode_chunk, encode_in_chunks, encode_words
from miner.encoder.loading import BUILT_IN, check_device, encoder_identity, load_encoder, prompt_for
from miner.encoder.processes import check_processes, encode_with
from miner.files import cache_folder

__all__ = [
    "BUILT_IN",
    "EncodedWords",
    "VectorCache",
    "Vectors",
    "cache_folder",
    "check_device",
    "check_processes",
    "encode_chunk",
    "encode_in_chunks",
    "encode_with",
    "encode_words",
    "encoder_identity",
    "load_encoder",
    "prompt_for",
]
