"""The 1,797 digits of scikit-learn as pictures: a file to import, and what the `image` representation teaches of them.

    python -m benchmarks.digits [--out digits.jsonl] [--labels 50,100,300] [--seeds 10]

The file is for a project of the kind `choice` with the classes 0 to 9 and the representation `image`; the true digit
is in each row's metadata. The table is accuracy on all other digits after so many random labels.
"""

import argparse
import base64
import json
import struct
import zlib
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.datasets import load_digits

from modeling.images import ImageDescriptor
from modeling.linear_fit import fit_linear

Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
ENLARGED = 4
PENALTIES = (0.1, 0.3, 1.0, 3.0)


def png(pixels: Bytes) -> str:
    """A grey picture (height, width) as a data URL."""
    height, width = pixels.shape
    lines = b"".join(b"\0" + row.tobytes() for row in pixels)
    parts = {
        b"IHDR": struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0),
        b"IDAT": zlib.compress(lines),
        b"IEND": b"",
    }
    chunks = (struct.pack(">I", len(body)) + name + body + _checksum(name + body) for name, body in parts.items())
    return "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"".join(chunks)).decode()


def _checksum(content: bytes) -> bytes:
    return zlib.crc32(content).to_bytes(4, "big")


def pictures() -> tuple[list[str], npt.NDArray[np.int64]]:
    """Every digit as a picture of 32 × 32 points, and which digit it is."""
    digits = load_digits()
    large = np.kron(digits.images * (255 / 16), np.ones((1, ENLARGED, ENLARGED))).astype(np.uint8)
    return [png(one) for one in large], digits.target


def rows_to_import(urls: list[str], digits: npt.NDArray[np.int64]) -> str:
    """JSON lines as `items/` and `imports/` take them."""
    rows = (
        {"external_id": f"digit-{place}", "data": {"image": url}, "metadata": {"digit": str(digit)}}
        for place, (url, digit) in enumerate(zip(urls, digits, strict=True))
    )
    return "".join(json.dumps(row) + "\n" for row in rows)


def accuracy(X: Floats, y: npt.NDArray[np.int64], n_labels: int, seed: int, l2: float) -> float:
    """On all rows but the `n_labels` random ones that were learned from."""
    order = np.random.default_rng(seed).permutation(len(y))
    taught, rest = order[:n_labels], order[n_labels:]
    targets, weights = np.eye(10, dtype=np.float32)[y[taught]], np.ones(n_labels, dtype=np.float32)
    model = fit_linear(X[taught], targets, weights, n_classes=10, l2=l2)
    return float((model.logits(X[rest]).argmax(axis=1) == y[rest]).mean())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, help="where to write the rows to import")
    parser.add_argument("--labels", type=lambda text: [int(n) for n in text.split(",")], default=[50, 100, 300])
    parser.add_argument("--seeds", type=int, default=10)
    options = parser.parse_args()
    urls, y = pictures()
    if options.out:
        options.out.write_text(rows_to_import(urls, y))
    X = ImageDescriptor().transform(urls)
    for n in options.labels:
        found = [np.mean([accuracy(X, y, n, seed, l2) for seed in range(options.seeds)]) for l2 in PENALTIES]
        print(f"{n} labels: accuracy {max(found):.3f} (mean of {options.seeds}, best of {len(PENALTIES)} penalties)")


if __name__ == "__main__":
    main()
