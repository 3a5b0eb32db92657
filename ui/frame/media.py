"""Which files a message of Streamlit to a page hands out: by the fields that hold an address, not by what texts say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import DecodeError, Message
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

_PREFIX = "/media/"
_FIELDS = frozenset({"url", "image", "icon_image"})


def addresses(message: bytes) -> Iterator[str]:
    """The addresses below `/media/` in the fields of buttons and pictures; none in what is no message.

    A text may spell an address too, such as what somebody typed or a link brought along: it hands out nothing.
    """
    try:
        yield from _found(ForwardMsg.FromString(message))
    except DecodeError:
        return


def _found(part: Message) -> Iterator[str]:
    for field, value in part.ListFields():
        if field.message_type:
            for one in value.values() if field.message_type.GetOptions().map_entry else _each(field, value):
                if isinstance(one, Message):
                    yield from _found(one)
        elif field.name in _FIELDS and isinstance(value, str) and value.startswith("/") and _PREFIX in value:
            yield value


def _each(field: FieldDescriptor, value: Any) -> Iterable[Any]:
    return value if field.is_repeated else (value,)
