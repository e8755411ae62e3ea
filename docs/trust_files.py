"""Damage the file of a trained sampler in 2,000 ways: each must be refused, and none may end the process.

Usage: ``python docs/trust_files.py [N] [SEED]``
"""

import sys
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np

from sklearn_txaug.datasets import load_tissue_expression
from sklearn_txaug.over_sampling import FlowMatchingSampler
from sklearn_txaug.persistence import load_sampler


def damaged(content: bytes, rng: np.random.Generator) -> tuple[str, bytes]:
    """Return the content with one bit flipped, cut off, with bytes missing or replaced, or with bytes added."""
    kind = rng.choice(["flip", "truncation", "gap", "noise", "addition"], p=[0.4, 0.3, 0.1, 0.1, 0.1])
    place = int(rng.integers(len(content)))
    n_bytes = int(rng.integers(1, 200))
    noise = rng.bytes(n_bytes)
    if kind == "flip":
        changed = bytearray(content)
        changed[place] ^= 1 << int(rng.integers(8))
        return kind, bytes(changed)
    if kind == "truncation":
        return kind, content[:place]
    if kind == "gap":
        return kind, content[:place] + content[place + n_bytes :]
    if kind == "noise":
        return kind, content[:place] + noise + content[place + n_bytes :]
    return kind, content[:place] + noise + content[place:]


def main(n_cases: int = 2000, seed: int = 0) -> None:
    """Print how many damaged files were refused, by kind of damage."""
    X, y = load_tissue_expression(return_X_y=True)
    refused, loaded = Counter(), 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sampler.txaug"
        FlowMatchingSampler(max_epochs=2, random_state=0).fit(X[:, :50], y).save(path)
        load_sampler(path)
        content = path.read_bytes()
        rng = np.random.default_rng(seed)
        for _ in range(n_cases):
            kind, changed = damaged(content, rng)
            if changed == content:
                continue
            path.write_bytes(changed)
            try:
                load_sampler(path)
            except ValueError:  # any other error ends this script
                refused[kind] += 1
            else:
                loaded += 1
    print(f"{n_cases} damaged files of {len(content):,} bytes: refused {dict(refused)}, loaded {loaded}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
