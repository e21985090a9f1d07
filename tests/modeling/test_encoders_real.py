"""The libraries themselves on tiny models made here; skipped where they are not installed, for Querent needs none."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from modeling.encoders import LibraryEncoder, load_encode

TEXTS = ["free cash prize", "see you at home", "", "🎉 中文 naïve", "word " * 3000]
VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "free", "cash", "prize", "home", "you", "at", "see"]


def tokenizer() -> Any:
    """A WordPiece tokenizer of twelve pieces."""
    library = pytest.importorskip("tokenizers")
    pieces = {piece: place for place, piece in enumerate(VOCABULARY)}
    made = library.Tokenizer(library.models.WordPiece(vocab=pieces, unk_token="[UNK]"))
    made.normalizer = library.normalizers.BertNormalizer()
    made.pre_tokenizer = library.pre_tokenizers.BertPreTokenizer()
    return made


def bert(folder: Path) -> Any:
    """A BERT of two small layers with random weights, saved as safetensors with its tokenizer."""
    transformers, torch = pytest.importorskip("transformers"), pytest.importorskip("torch")
    torch.manual_seed(0)
    config = transformers.BertConfig(
        vocab_size=len(VOCABULARY), hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32
    )
    model = transformers.BertModel(config).eval()
    model.save_pretrained(folder)
    names = {"unk_token": "[UNK]", "pad_token": "[PAD]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer(), mask_token="[MASK]", model_max_length=512, **names
    ).save_pretrained(folder)
    return model


def check(folder: Path, dimension: int) -> None:
    """Unit rows, the same alone and among others."""
    load_encode.cache_clear()
    encoder = LibraryEncoder.measured(f"encoder:{folder}")
    assert encoder.dimension == dimension
    X = encoder.transform(TEXTS)
    lengths = np.linalg.norm(X, axis=1)
    assert np.all(np.isclose(lengths, 1, atol=1e-5) | (lengths == 0))
    assert np.allclose(X[:1], encoder.transform(TEXTS[:1]), atol=1e-5)
    assert not np.allclose(X[0], X[1])
    load_encode.cache_clear()


def test_model2vec(tmp_path: Path) -> None:
    library = pytest.importorskip("model2vec")
    vectors = np.random.default_rng(0).standard_normal((len(VOCABULARY), 8)).astype(np.float32)
    library.StaticModel(vectors=vectors, tokenizer=tokenizer()).save_pretrained(str(tmp_path))
    check(tmp_path, 8)


def test_sentence_transformers(tmp_path: Path) -> None:
    library = pytest.importorskip("sentence_transformers")
    bert(tmp_path / "bert")
    library.SentenceTransformer(str(tmp_path / "bert")).save(str(tmp_path / "model"))  # with the mean of its tokens
    check(tmp_path / "model", 16)


def test_onnx(tmp_path: Path) -> None:
    """A graph that looks each token's vector up: what an exported transformer takes and gives, without its layers."""
    onnx = pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    table = np.random.default_rng(0).standard_normal((len(VOCABULARY), 8)).astype(np.float32)
    given = [
        onnx.helper.make_tensor_value_info(name, onnx.TensorProto.INT64, ["n", "t"])
        for name in ("input_ids", "attention_mask")
    ]
    found = onnx.helper.make_tensor_value_info("tokens", onnx.TensorProto.FLOAT, ["n", "t", 8])
    node = onnx.helper.make_node("Gather", ["table", "input_ids"], ["tokens"])
    graph = onnx.helper.make_graph([node], "lookup", given, [found], [onnx.numpy_helper.from_array(table, "table")])
    opset = [onnx.helper.make_opsetid("", 17)]
    onnx.save(onnx.helper.make_model(graph, opset_imports=opset, ir_version=9), str(tmp_path / "model.onnx"))
    tokenizer().save(str(tmp_path / "tokenizer.json"))
    check(tmp_path, 8)
