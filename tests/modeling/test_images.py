"""Images: PNG read as the standard says, what is no image refused, and descriptors that tell digits apart."""

import struct
import sys
import zlib

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression

from modeling.image_files import MissingDecoder, NotAnImage, check_image, read_pixels
from modeling.images import ImageDescriptor, describe, pixel_weights, resized
from tests.pictures import Bytes, chunk, data_url, png

RANDOM = np.random.default_rng(0).integers(0, 256, (7, 5, 4), dtype=np.uint8)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("filtering", range(5))
def test_every_filter_is_undone(channels: int, filtering: int) -> None:
    image = RANDOM[:, :, :channels]
    url = data_url(png(image, filtering))
    check_image(url)
    found = read_pixels(url)
    assert found is not None
    assert np.array_equal(found, np.broadcast_to(image, (7, 5, 3)))


def test_what_is_transparent_is_shown_on_white() -> None:
    clear, solid = np.array([[[10, 20, 30, 0]]], dtype=np.uint8), np.array([[[10, 20, 30, 255]]], dtype=np.uint8)
    assert pixels_of(clear).tolist() == [[[255, 255, 255]]]
    assert pixels_of(solid).tolist() == [[[10, 20, 30]]]


def pixels_of(image: Bytes) -> Bytes:
    found = read_pixels(data_url(png(image)))
    assert found is not None
    return found


def test_few_bits_palettes_and_sixteen_bits() -> None:
    start, end = b"\x89PNG\r\n\x1a\n", chunk(b"IEND", b"")

    def made(bits: int, color: int, row: bytes, width: int, extra: bytes = b"") -> list[list[list[int]]]:
        header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, 1, bits, color, 0, 0, 0))
        found = read_pixels(data_url(start + header + extra + chunk(b"IDAT", zlib.compress(b"\0" + row)) + end))
        assert found is not None
        return found.tolist()

    assert made(1, 0, b"\xa0", 3) == [[[255] * 3, [0] * 3, [255] * 3]]
    assert made(4, 0, b"\x0f", 2) == [[[0] * 3, [255] * 3]]
    assert made(16, 0, b"\x80\xff", 1) == [[[128] * 3]]
    assert made(2, 3, b"\x40", 2, chunk(b"PLTE", bytes([1, 2, 3, 4, 5, 6]))) == [[[4, 5, 6], [1, 2, 3]]]


WHOLE = png(RANDOM[:, :, :3])
HUGE = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
INTERLACED = struct.pack(">IIBBBBB", 5, 7, 8, 2, 0, 0, 1)
NO_SUCH_COLOR = struct.pack(">IIBBBBB", 5, 7, 8, 5, 0, 0, 0)
JPEG = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x11\x08\x00\x10\x00\x10\x03" + b"\0" * 12 + b"\xff\xd9"
BAD = {
    "an address": "https://example.org/a.png",
    "a page": data_url(b"<html><script>alert(1)</script></html>"),
    "SVG": "data:image/svg+xml;base64,PHN2Zy8+",
    "another kind than it says": data_url(WHOLE, "jpeg"),
    "not base64": "data:image/png;base64,ab",
    "cut off": data_url(WHOLE[:-20]),
    "cut off inside": data_url(WHOLE[:40]),
    "a bit is wrong": data_url(WHOLE[:60] + bytes([WHOLE[60] ^ 1]) + WHOLE[61:]),
    "something follows": data_url(WHOLE + b"<script>"),
    "too many pixels": data_url(png(RANDOM[:, :, :3], header=HUGE)),
    "interlaced": data_url(png(RANDOM[:, :, :3], header=INTERLACED)),
    "no such colours": data_url(png(RANDOM[:, :, :3], header=NO_SUCH_COLOR)),
    "fewer rows than it says": data_url(png(RANDOM[:, :, :3], header=struct.pack(">IIBBBBB", 5, 9, 8, 2, 0, 0, 0))),
    "too large": data_url(WHOLE + b"\0" * 1_100_000),
    "half a JPEG": data_url(JPEG[:-2], "jpeg"),
    "a JPEG without a frame": data_url(b"\xff\xd8\xff\xd9", "jpeg"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_image_is_refused(name: str) -> None:
    with pytest.raises(NotAnImage):
        check_image(BAD[name])
    assert read_pixels(BAD[name]) is None
    assert not ImageDescriptor().transform([BAD[name]]).any()


def test_a_jpeg_is_taken_and_says_what_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    check_image(data_url(JPEG, "jpeg"))
    monkeypatch.setitem(sys.modules, "PIL.Image", None)
    with pytest.raises(MissingDecoder, match="Pillow"):
        read_pixels(data_url(JPEG, "jpeg"))


def test_resizing_takes_means_of_areas() -> None:
    assert pixel_weights(4, 2).tolist() == [[0.5, 0.5, 0, 0], [0, 0, 0.5, 0.5]]
    assert np.allclose(pixel_weights(3, 2), [[2 / 3, 1 / 3, 0], [0, 1 / 3, 2 / 3]])
    assert pixel_weights(2, 4).tolist() == [[1, 0], [0.75, 0.25], [0.25, 0.75], [0, 1]]
    image = np.random.default_rng(1).random((9, 20, 3)).astype(np.float32)
    assert np.allclose(resized(image, 4).mean(axis=(0, 1)), image.mean(axis=(0, 1)), atol=1e-5)


def test_rows_are_unit_and_flat_images_are_zero() -> None:
    descriptor = ImageDescriptor()
    X = descriptor.transform([data_url(WHOLE), data_url(png(np.full((9, 9, 3), 7, dtype=np.uint8))), ""])
    assert X.shape == (3, descriptor.dimension)
    assert np.allclose(np.linalg.norm(X, axis=1), [1, 0, 0], atol=1e-5)


def test_a_brighter_or_larger_copy_looks_the_same() -> None:
    image = np.kron(RANDOM[:4, :4, :3] // 2, np.ones((8, 8, 1), dtype=np.uint8))
    larger = np.kron(image, np.ones((2, 2, 1), dtype=np.uint8))
    one, bright, large = describe(image), describe(image + 60), describe(larger)
    assert one @ bright > 0.99
    assert one @ large > 0.99


def test_digits_are_told_apart() -> None:
    digits = load_digits()
    urls = [data_url(png((16 * image).clip(0, 255).astype(np.uint8)[:, :, None])) for image in digits.images[:600]]
    X = ImageDescriptor().transform(urls)
    model = LogisticRegression(C=10, max_iter=200).fit(X[:200], digits.target[:200])
    assert model.score(X[200:], digits.target[200:600]) > 0.82
