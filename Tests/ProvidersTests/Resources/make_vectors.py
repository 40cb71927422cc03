"""Makes the reference vectors and the small model that EncoderTests compare with.

    docker/model.sh
    python3 -m venv .venv && .venv/bin/pip install numpy tokenizers
    .venv/bin/python Tests/ProvidersTests/Resources/make_vectors.py

Token ids come from Hugging Face's tokenizers package, vectors from a BERT written here in
numpy with float64 throughout, so that its own rounding (1e-15) cannot hide an error of the
encoder. check_oracle.py compares this BERT with another one that is not ours.
"""
import base64
import json
import math
import pathlib
import struct
import subprocess

import numpy as np
from tokenizers import BertWordPieceTokenizer

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
DTYPES = {"F32": np.float32, "F16": np.float16, "I64": np.int64}

LONG = "price volume volatility return drawdown momentum regime liquidity spread order " * 60
SENTENCES = [
    "Apple shares fell 4.3% after weak iPhone demand in China.",
    "The Federal Reserve raised its target rate by 25 basis points to 1.50%-1.75%.",
    "RSI 28.4, price 6.1% below the 50-day average, volume 2.1 times normal.",
    "Daily bar of MSFT: close 91.78, return -4.1%, twenty-day volatility 22% a year.",
    "Volatility index at 37, the highest since August 2015.",
    "Buy", "sell!", "a", "0",
    "",
    "   \t\n  ",
    "THE QUICK BROWN FOX JUMPS OVER THE LAZY DOG",
    "naïve café résumé coöperate façade piñata Ångström",
    "Der Kurs stieg um 3 Prozent, trotz schwächerer Börse in Zürich.",
    "L'action a chuté après l'annonce d'un bénéfice inférieur aux prévisions.",
    "El índice cayó un 2,5 % mientras el euro subía frente al dólar.",
    "Курс рубля вырос на фоне подорожания нефти.",
    "Οι μετοχές έπεσαν απότομα στο Χρηματιστήριο Αθηνών. ΣΊΣΥΦΟΣ",
    "日経平均株価は三百円高で取引を終えた。",
    "上证指数下跌百分之二,成交量放大。",
    "삼성전자 주가가 크게 올랐다.",
    "หุ้นไทยปิดตลาดลดลง",
    "ارتفعت أسعار النفط بعد قرار أوبك",
    "המניות ירדו בחדות היום",
    "शेयर बाज़ार में भारी गिरावट आई",
    "🚀🚀 to the moon! 💎🙌",
    "family 👨‍👩‍👧‍👦 flag 🇩🇪 thumbs 👍🏽 heart ❤️",
    "mixed 東京 and Tokyo、with ideographic、punctuation。",
    "full width \uff21\uff22\uff23\uff11\uff12\uff13 and ligatures \ufb03 \ufb02ow",
    "combining: e\u0301 a\u030a o\u0308 n\u0303 and a stack z\u0351\u036b\u0343, later ones a\u08d5b c\u2e45d e\u0378f",
    "soft\u00adhyphen zero\u200bwidth no\u00a0break line\u2028separator",
    "control \x00\x01\x07 characters \x1b[31m and replacement \ufffd sign",
    "tabs\tand\nnewlines\r\nand\x0bvertical\x0cfeeds\x85next",
    "İstanbul ISPARTA ıssız ẞtraße ŒUVRE Æther",
    "e-mail: desk@example.org, see https://example.org/a?b=c&d=%20#f",
    "$AAPL @trader #earnings ^GSPC BTC-USD EUR/USD 1,234.56 (net) [gross] {x} <y> ~z `q`",
    "“quoted” ‘single’ – en dash — em dash … ellipsis • bullet · middle ¿qué? «non»",
    "€5 £6 ¥7 ₿8 ©®™ §¶ ±×÷ √∞≈≠≤≥ ½ ² ³ ₂ № ℃",
    "[CLS] written out [SEP] with [MASK] and [PAD] and [UNK] and [cls] and [NOPE]",
    "x" * 100, "x" * 101, "supercalifragilisticexpialidocious antidisestablishmentarianism",
    "don't can't won't it's rock'n'roll U.S.A. e.g. i.e. Q4'17",
    "3.14159 -2.71828 +1e-10 0x1F 10^6 1/3 12:34:56 2018-02-05T14:30:00Z",
    "𝓕𝓪𝓷𝓬𝔂 𝕞𝕒𝕥𝕙 𝟙𝟚𝟛 𐍈 𠀀𠮷 豈更車",
    "No neighbours: not enough history. " * 8,
    LONG,
    "Ἀχιλλεύς ﬁnance ŉ ǆ Ǆ ǅ ﷺ \u1e9b\u0323 \u0f43 \u304c\u3099",
    "risk " * 253 + "limit", "risk " * 253 + "limit halt",
]


def read_safetensors(path):
    raw = path.read_bytes()
    (length,) = struct.unpack("<Q", raw[:8])
    header = json.loads(raw[8:8 + length])
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__":
            begin, end = entry["data_offsets"]
            data = np.frombuffer(raw[8 + length + begin:8 + length + end], DTYPES[entry["dtype"]])
            tensors[name.removeprefix("bert.")] = data.reshape(entry["shape"])
    return tensors


def write_safetensors(path, tensors):
    header, data = {}, b""
    for name, tensor in tensors.items():
        begin = len(data)
        data += tensor.tobytes()
        kind = {np.dtype(np.float32): "F32", np.dtype(np.float16): "F16"}[tensor.dtype]
        header[name] = {"dtype": kind, "shape": tensor.shape, "data_offsets": [begin, len(data)]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


class Bert:
    """BERT (Devlin and others, 2018) in float64, one sequence at a time."""

    def __init__(self, folder):
        self.config = json.loads((folder / "config.json").read_text())
        weights = read_safetensors(folder / "model.safetensors")
        self.weights = {
            name: tensor.astype(np.float64)
            for name, tensor in weights.items() if tensor.dtype != np.int64
        }

    def dense(self, x, name):
        return x @ self.weights[name + ".weight"].T + self.weights[name + ".bias"]

    def norm(self, x, name):
        x = x - x.mean(-1, keepdims=True)
        x = x / np.sqrt((x * x).mean(-1, keepdims=True) + self.config["layer_norm_eps"])
        return x * self.weights[name + ".weight"] + self.weights[name + ".bias"]

    def states(self, ids):
        w, heads = self.weights, self.config["num_attention_heads"]
        x = w["embeddings.word_embeddings.weight"][ids]
        x = x + w["embeddings.position_embeddings.weight"][:len(ids)]
        x = self.norm(x + w["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
        erf = np.vectorize(math.erf)
        for number in range(self.config["num_hidden_layers"]):
            layer = f"encoder.layer.{number}."
            q, k, v = (
                self.dense(x, layer + "attention.self." + part)
                .reshape(len(ids), heads, -1).transpose(1, 0, 2)
                for part in ("query", "key", "value")
            )
            scores = q @ k.transpose(0, 2, 1) / math.sqrt(q.shape[-1])
            scores = np.exp(scores - scores.max(-1, keepdims=True))
            mixed = (scores / scores.sum(-1, keepdims=True)) @ v
            mixed = mixed.transpose(1, 0, 2).reshape(len(ids), -1)
            attention = self.dense(mixed, layer + "attention.output.dense")
            x = self.norm(x + attention, layer + "attention.output.LayerNorm")
            wide = self.dense(x, layer + "intermediate.dense")
            wide = wide * 0.5 * (1 + erf(wide / math.sqrt(2)))
            x = self.norm(x + self.dense(wide, layer + "output.dense"), layer + "output.LayerNorm")
        return x

    def vector(self, ids, pooling):
        states = self.states(ids)
        pooled = states.mean(0) if pooling == "mean" else states[0]
        return pooled / np.linalg.norm(pooled)


def tokenizer_of(folder, max_tokens):
    tokenizer = BertWordPieceTokenizer(str(folder / "vocab.txt"), lowercase=True)
    tokenizer.enable_truncation(max_tokens)
    return tokenizer


def cases(folder, texts, max_tokens, poolings):
    """One case a text: its ids and, as base64 of little-endian float32, its vectors."""
    tokenizer, bert = tokenizer_of(folder, max_tokens), Bert(folder)
    for text in texts:
        ids = tokenizer.encode(text).ids
        case = {"text": text, "ids": ids}
        for pooling in poolings(text):
            vector = bert.vector(ids, pooling).astype("<f4")
            case[pooling] = base64.b64encode(vector.tobytes()).decode()
        yield case


def write_cases(name, found):
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in found)
    (HERE / name).write_text("[\n" + lines + "\n]\n")


def make_small_model():
    """A BERT of 2 layers and 32 dimensions with random weights, as F32 and as F16."""
    random = np.random.default_rng(20180205)
    letters = [chr(c) for c in range(33, 127) if not chr(c).isupper()]
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + letters
    words += ["##" + c for c in letters if c.isalnum()]
    words += ["the", "market", "##et", "price", "fell", "rise", "##ing", "share", "##s", "cafe",
              "日", "本", "株", "я", "##я", "α", "##α", "股", "…", "“", "risk"]
    hidden, wide, layers, positions = 32, 64, 2, 64
    sizes = {
        "embeddings.word_embeddings.weight": (len(words), hidden),
        "embeddings.position_embeddings.weight": (positions, hidden),
        "embeddings.token_type_embeddings.weight": (2, hidden),
        "embeddings.LayerNorm.weight": (hidden,), "embeddings.LayerNorm.bias": (hidden,),
    }
    for number in range(layers):
        for part, rows, columns in [
            ("attention.self.query", hidden, hidden), ("attention.self.key", hidden, hidden),
            ("attention.self.value", hidden, hidden), ("attention.output.dense", hidden, hidden),
            ("intermediate.dense", wide, hidden), ("output.dense", hidden, wide),
        ]:
            sizes[f"encoder.layer.{number}.{part}.weight"] = (rows, columns)
            sizes[f"encoder.layer.{number}.{part}.bias"] = (rows,)
        for part in ["attention.output.LayerNorm", "output.LayerNorm"]:
            sizes[f"encoder.layer.{number}.{part}.weight"] = (hidden,)
            sizes[f"encoder.layer.{number}.{part}.bias"] = (hidden,)
    tensors = {}
    for name, size in sizes.items():
        values = random.normal(0, 0.4, size)
        tensors[name] = values + (1 if name.endswith("LayerNorm.weight") else 0)
    config = {
        "model_type": "bert", "hidden_act": "gelu", "hidden_size": hidden, "layer_norm_eps": 1e-12,
        "intermediate_size": wide, "max_position_embeddings": positions, "num_attention_heads": 4,
        "num_hidden_layers": layers, "type_vocab_size": 2, "vocab_size": len(words),
    }
    for folder, kind, prefix, cls in [
        ("small-f32", np.float32, "", False), ("small-f16", np.float16, "bert.", True)
    ]:
        folder = HERE / folder
        (folder / "1_Pooling").mkdir(parents=True, exist_ok=True)
        (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n")
        (folder / "1_Pooling" / "config.json").write_text(json.dumps({
            "word_embedding_dimension": hidden, "pooling_mode_cls_token": cls,
            "pooling_mode_mean_tokens": not cls,
        }, indent=1) + "\n")
        (folder / "sentence_bert_config.json").write_text('{"max_seq_length": 48}\n')
        (folder / "vocab.txt").write_text("\n".join(words) + "\n")
        write_safetensors(folder / "model.safetensors",
                          {prefix + name: t.astype(kind) for name, t in tensors.items()})
    write_cases("small-f32.json", cases(HERE / "small-f32", SENTENCES, 48, lambda _: ["mean"]))
    write_cases("small-f16.json", cases(HERE / "small-f16", SENTENCES, 48, lambda _: ["cls"]))


def main():
    assert len(SENTENCES) == 50, len(SENTENCES)
    make_small_model()
    base = subprocess.run([ROOT / "docker" / "server.sh", "base"], check=True,
                          capture_output=True, text=True).stdout.strip()
    folder = pathlib.Path(base) / "model" / "all-MiniLM-L6-v2"
    with_cls = set(SENTENCES[:5] + [LONG])
    write_cases("all-MiniLM-L6-v2.json", cases(
        folder, SENTENCES, 256, lambda text: ["mean", "cls"] if text in with_cls else ["mean"]))


if __name__ == "__main__":
    main()
