"""What models of BERT's kind are made of, by their ``config.json``: numbers, names and shapes of tensors."""

from collections.abc import Iterator
from typing import Annotated, Final, TypeAlias

import msgspec

from conversation.value import Value

TYPES: Final = "embeddings.token_type_embeddings.weight"
BIAS: Final = "encoder.relative_attention_bias.weight"

_Count: TypeAlias = Annotated[int, msgspec.Meta(ge=1)]

BUCKETS: Final = 32
"""For how far apart two pieces are: half of them for those before a piece, half for those behind it."""


class Kind(Value, frozen=True, kw_only=True):
    """What kinds of models differ in, and what it is in most of them."""

    attention: tuple[str, str, str, str] = ("self.query", "self.key", "self.value", "output.dense")
    """Names of what makes out of a row what it asks, what it is found by, and what it tells; and out of what was told a row."""

    attended: str = "output.LayerNorm"
    first_position: int | None = None
    """None: RoBERTa and its children count from behind the padding."""

    types: bool = True
    """Whether there is a row for the first of two texts, and one for the second."""

    relative: bool = False
    """Whether pieces look at each other by how far apart they are, too."""


KINDS: Final = {
    "bert": Kind(first_position=0),
    "roberta": Kind(),
    "xlm-roberta": Kind(),
    "camembert": Kind(),
    "mpnet": Kind(
        attention=("attn.q", "attn.k", "attn.v", "attn.o"),
        attended="LayerNorm",
        first_position=2,
        types=False,
        relative=True,
    ),
}
"""By ``model_type``. Of MPNet see Song et al. 2020, arXiv:2004.09297."""


class BertConfig(Value, frozen=True, kw_only=True):
    """What is used of ``config.json``; the names are its own."""

    model_type: str
    hidden_size: _Count
    num_hidden_layers: _Count
    num_attention_heads: _Count
    intermediate_size: _Count
    vocab_size: _Count
    max_position_embeddings: _Count
    hidden_act: str = "gelu"
    layer_norm_eps: float = 1e-12
    pad_token_id: int | None = None
    position_embedding_type: str | None = "absolute"
    relative_attention_num_buckets: int = 32

    @property
    def kind(self) -> Kind:
        """Of a ``model_type`` that can be run."""
        return KINDS[self.model_type]

    @property
    def first_position(self) -> int:
        fixed = self.kind.first_position
        return 1 + (self.pad_token_id or 0) if fixed is None else fixed

    @property
    def places(self) -> int:
        """How many pieces a text may have."""
        return self.max_position_embeddings - self.first_position


def shapes(config: BertConfig) -> Iterator[tuple[str, tuple[int, ...]]]:
    """The tensors that such a model consists of, without the prefix that some files put before them."""
    width, wide = config.hidden_size, config.intermediate_size
    yield "embeddings.word_embeddings.weight", (config.vocab_size, width)
    yield "embeddings.position_embeddings.weight", (config.max_position_embeddings, width)
    yield from _pair("embeddings.LayerNorm", (width,))
    if config.kind.relative:
        yield BIAS, (BUCKETS, config.num_attention_heads)
    for number in range(config.num_hidden_layers):
        layer = f"encoder.layer.{number}."
        for each in config.kind.attention:
            yield from _pair(f"{layer}attention.{each}", (width, width))
        yield from _pair(f"{layer}attention.{config.kind.attended}", (width,))
        yield from _pair(f"{layer}intermediate.dense", (wide, width))
        yield from _pair(f"{layer}output.dense", (width, wide))
        yield from _pair(f"{layer}output.LayerNorm", (width,))


def _pair(name: str, shape: tuple[int, ...]) -> Iterator[tuple[str, tuple[int, ...]]]:
    yield f"{name}.weight", shape
    yield f"{name}.bias", shape[:1]
