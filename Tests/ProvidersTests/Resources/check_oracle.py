"""Compares the BERT of make_vectors.py with CTranslate2's, which is not ours.

    .venv/bin/pip install ctranslate2
    .venv/bin/python Tests/ProvidersTests/Resources/check_oracle.py FOLDER

FOLDER holds a model's config.json, model.safetensors and vocab.txt. CTranslate2 computes in
float32, so the largest difference of a unit vector's component is near 1e-7.
"""
import pathlib
import sys
import tempfile

import ctranslate2
import numpy as np
from ctranslate2.specs import common_spec, transformer_spec

from make_vectors import SENTENCES, Bert, tokenizer_of


def fill(spec, weights, name):
    spec.weight = weights[name + ".weight"]
    spec.bias = weights[name + ".bias"]


def fill_norm(spec, weights, name):
    spec.gamma = weights[name + ".weight"]
    spec.beta = weights[name + ".bias"]


def convert(bert, folder, target):
    w = {name: tensor.astype(np.float32) for name, tensor in bert.weights.items()}
    encoder = transformer_spec.TransformerEncoderSpec(
        bert.config["num_hidden_layers"], bert.config["num_attention_heads"], pre_norm=False,
        activation=common_spec.Activation.GELU, layernorm_embedding=True,
        num_source_embeddings=2, embeddings_merge=common_spec.EmbeddingsMerge.ADD)
    spec = transformer_spec.TransformerEncoderModelSpec(encoder, pooling_layer=False)
    encoder.scale_embeddings = False
    encoder.embeddings[0].weight = w["embeddings.word_embeddings.weight"]
    encoder.embeddings[1].weight = w["embeddings.token_type_embeddings.weight"]
    encoder.position_encodings.encodings = w["embeddings.position_embeddings.weight"]
    fill_norm(encoder.layernorm_embedding, w, "embeddings.LayerNorm")
    for number, layer in enumerate(encoder.layer):
        name = f"encoder.layer.{number}."
        parts = [name + "attention.self." + part for part in ("query", "key", "value")]
        joined, attention = layer.self_attention.linear
        joined.weight = np.concatenate([w[part + ".weight"] for part in parts])
        joined.bias = np.concatenate([w[part + ".bias"] for part in parts])
        fill(attention, w, name + "attention.output.dense")
        fill_norm(layer.self_attention.layer_norm, w, name + "attention.output.LayerNorm")
        fill(layer.ffn.linear_0, w, name + "intermediate.dense")
        fill(layer.ffn.linear_1, w, name + "output.dense")
        fill_norm(layer.ffn.layer_norm, w, name + "output.LayerNorm")
    spec.register_vocabulary((folder / "vocab.txt").read_text().splitlines())
    spec.config.unk_token = "[UNK]"
    spec.config.layer_norm_epsilon = bert.config["layer_norm_eps"]
    spec.validate()
    spec.save(target)


def main():
    folder = pathlib.Path(sys.argv[1])
    bert, tokenizer = Bert(folder), tokenizer_of(folder, 48)
    with tempfile.TemporaryDirectory() as target:
        convert(bert, folder, target)
        other = ctranslate2.Encoder(target, compute_type="float32", intra_threads=1)
        largest = 0.0
        for text in SENTENCES:
            ids = tokenizer.encode(text).ids
            states = np.array(other.forward_batch([ids]).last_hidden_state)[0].astype(float)
            for pooling, pooled in [("mean", states.mean(0)), ("cls", states[0])]:
                difference = pooled / np.linalg.norm(pooled) - bert.vector(ids, pooling)
                largest = max(largest, np.abs(difference).max())
    print(f"{2 * len(SENTENCES)} vectors, largest difference of a component {largest:.1e}")
    sys.exit(int(largest > 2e-6))


if __name__ == "__main__":
    main()
