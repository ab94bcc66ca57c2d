"""Keys that a reviewer presses in a real browser, and what the tests wait for."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine, select

from curator.store.models import Group
from curator.store.session import session_factory

HANGUL = {"KeyA": "ㅁ", "KeyX": "ㅌ", "KeyD": "ㅇ", "KeyZ": "ㅋ", "KeyJ": "ㅓ", "KeyK": "ㅏ", "KeyM": "ㅡ"}


def shown(page: Page) -> str:
    return page.locator("#card").get_attribute("data-group")


def wait_for(page: Page, group: str) -> None:
    expect(page.locator("#card")).to_have_attribute("data-group", group)


def press(page: Page, code: str) -> None:
    """Press a key with the Hangul input method on: the letter that arrives is a Korean one."""
    keyboard = page.context.new_cdp_session(page)
    event = {"code": code, "key": HANGUL.get(code, "Process"), "windowsVirtualKeyCode": 229}
    keyboard.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **event})
    keyboard.send("Input.dispatchKeyEvent", {"type": "keyUp", **event})
    keyboard.detach()


def statuses(engine: Engine) -> dict[int, str]:
    with session_factory(engine)() as session:
        return {group.id: str(group.status) for group in session.scalars(select(Group))}


def until(page: Page, condition: Callable[[], bool]) -> None:
    """Wait for what the server stores."""
    for _ in range(100):
        if condition():
            return
        page.wait_for_timeout(50)
    pytest.fail("it did not happen within five seconds")
