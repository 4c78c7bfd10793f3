"""Reads ``model.safetensors``: eight bytes of length, a JSON header, numbers. What is float32 is mapped, not copied."""

from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np

from nlu.encoding import Floats

_KINDS: Final[dict[str, np.dtype[Any]]] = {"F32": np.dtype("<f4"), "F16": np.dtype("<f2"), "BF16": np.dtype("<u2")}
_LONGEST_HEADER: Final = 10_000_000


class _Tensor(msgspec.Struct, frozen=True, kw_only=True):
    dtype: str
    shape: tuple[int, ...]
    data_offsets: tuple[int, int]


def read_tensors(file: Path) -> dict[str, Floats]:
    """By name; of kinds other than 32 and 16 bit floats none. Raises OSError, and ValueError for what is no such file."""
    raw = np.asarray(np.memmap(file, np.uint8, "r"))
    length = int.from_bytes(raw[:8].tobytes(), "little")
    if len(raw) < 8 or not 2 <= length <= min(_LONGEST_HEADER, len(raw) - 8):
        raise ValueError("this is no safetensors file")
    try:
        header = msgspec.json.decode(raw[8 : 8 + length].tobytes(), type=dict[str, msgspec.Raw])
        header.pop("__metadata__", None)
        listed = {name: msgspec.json.decode(each, type=_Tensor) for name, each in header.items()}
    except msgspec.MsgspecError as error:
        raise ValueError(f"the header of this safetensors file can't be read: {error}") from error
    body = raw[8 + length :]
    return {name: _numbers(name, tensor, body) for name, tensor in listed.items() if tensor.dtype in _KINDS}


def _numbers(name: str, tensor: _Tensor, body: Any) -> Floats:
    kind = _KINDS[tensor.dtype]
    begin, end = tensor.data_offsets
    size = int(np.prod(tensor.shape, dtype=np.int64)) * kind.itemsize
    if not 0 <= begin <= end <= len(body) or end - begin != size:
        raise ValueError(f"{name} is not wholly in this safetensors file")
    found = body[begin:end].view(kind).reshape(tensor.shape)
    if tensor.dtype == "BF16":
        return np.asarray((found.astype("<u4") << 16).view(np.float32))
    return np.asarray(found, np.float32)
