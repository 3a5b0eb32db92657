"""A message hands out the files of its buttons and pictures, and none that a text merely spells."""

from __future__ import annotations

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from ui.frame.media import addresses
from web.handed_out import HandedOut, Owner

FILE = "/media/0123456789abcdef0123456789abcdef.csv"
MINE = Owner("b" * 24, "public:")


def button() -> ForwardMsg:
    message = ForwardMsg()
    message.delta.new_element.download_button.url = FILE
    return message


def picture() -> ForwardMsg:
    message = ForwardMsg()
    message.delta.new_element.imgs.imgs.add().url = f"/gan-dan{FILE}"
    return message


def made_on_click() -> ForwardMsg:
    message = ForwardMsg()
    message.backend_operation_response.deferred_file.url = FILE
    return message


def logo() -> ForwardMsg:
    message = ForwardMsg()
    message.logo.image = FILE
    return message


def typed() -> ForwardMsg:
    message = ForwardMsg()
    message.delta.new_element.text_input.value = FILE
    message.delta.new_element.text_input.label = FILE
    return message


def link() -> ForwardMsg:
    message = ForwardMsg()
    message.delta.new_element.link_button.url = f"https://example.vn{FILE}"
    return message


def may(message: ForwardMsg) -> bool:
    pages = HandedOut()
    pages.addresses = addresses
    pages.told(pages.opened(MINE), message.SerializeToString())
    return pages.may(MINE, FILE)


@pytest.mark.parametrize("message", [button, picture, made_on_click, logo])
def test_a_button_and_a_picture_hand_out_their_file(message):
    assert may(message())


@pytest.mark.parametrize("message", [typed, link])
def test_a_text_that_spells_an_address_hands_out_nothing(message):
    assert not may(message())


def test_what_is_no_message_hands_out_nothing():
    assert list(addresses(b"\xff" + FILE.encode())) == []
