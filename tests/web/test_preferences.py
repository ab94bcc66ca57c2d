"""A person's own settings: keys, and tokens for programs."""

import re


def test_keys_can_be_changed_but_not_shared(kim):
    assert kim.post("/settings", **{"key-accept": "KeyX"}).status_code == 422
    assert kim.post("/settings", **{"key-accept": "<b>"}).status_code == 422
    assert kim.post("/settings", **{"key-accept": "KeyQ"}).status_code == 302
    assert '"accept": "KeyQ"' in kim.get("/queue").text


def test_a_token_is_shown_once_and_can_be_revoked(person):
    kim, lee = person("kim"), person("lee")
    page = kim.post("/settings/tokens", name="스크립트").text
    token = re.search(r'<code class="token">([^<]+)</code>', page)[1]
    assert len(token) >= 40
    assert token not in kim.get("/settings").text
    number = re.search(r"/settings/tokens/(\d+)/revoke", kim.get("/settings").text)[1]
    lee.post(f"/settings/tokens/{number}/revoke")
    assert "스크립트" in kim.get("/settings").text
    kim.post(f"/settings/tokens/{number}/revoke")
    assert "스크립트" not in kim.get("/settings").text
