"""A real browser: reviews by keyboard alone, two people at once."""

from playwright.sync_api import expect
from review_data import Words, members_of
from reviewer_keys import press, shown, statuses, until, wait_for
from sqlalchemy import Engine, insert, select

from curator import accounts
from curator.store.models import Comment, Decision, Group, GroupStatus, Neighbor
from curator.store.session import session_factory, writing


def test_a_whole_review_by_keyboard_alone_with_the_hangul_input_method_on(open_page, engine: Engine, words: Words):
    page = open_page()
    assert shown(page) == "3"
    press(page, "Digit2")
    expect(page.locator(".member")).to_have_count(3)
    press(page, "KeyM")
    press(page, "Digit3")
    expect(page.locator("#card h2")).to_have_text("자")
    press(page, "KeyA")
    wait_for(page, "2")
    press(page, "KeyX")
    wait_for(page, "1")
    press(page, "KeyD")
    expect(page.locator("#card h2")).to_have_text("볼 수 있는 묶음을 다 보았습니다")
    until(page, lambda: statuses(engine) == {1: "deferred", 2: "rejected", 3: "accepted"})
    with session_factory(engine)() as session:
        assert members_of(session.get(Group, 3)) == "바아자"
        assert session.get(Group, 3).canonical_word.text == "자"


def test_the_end_of_the_queue_names_what_is_left(open_page, engine: Engine):
    page = open_page()
    for group in ("2", "1", ""):
        press(page, "KeyA")
        wait_for(page, group)
    until(page, lambda: set(statuses(engine).values()) == {"accepted"})
    page.reload()
    expect(page.locator("#card h2")).to_have_text("결정할 묶음이 없습니다")


def test_a_press_that_the_input_method_swallows_counts_by_its_release(open_page, engine: Engine):
    page = open_page()
    page.wait_for_timeout(500)
    page.evaluate("dispatchEvent(new KeyboardEvent('keyup', {code: 'KeyA', key: 'Process', bubbles: true}))")
    until(page, lambda: statuses(engine)[3] == "accepted")


def test_undo_brings_the_group_back_to_the_screen(open_page, engine: Engine):
    page = open_page()
    press(page, "KeyA")
    wait_for(page, "2")
    press(page, "KeyX")
    wait_for(page, "1")
    press(page, "KeyZ")
    wait_for(page, "2")
    press(page, "KeyZ")
    wait_for(page, "3")
    assert set(statuses(engine).values()) == {"proposed"}


def test_one_goes_on_and_back_without_deciding(open_page, engine: Engine):
    page = open_page()
    press(page, "KeyJ")
    wait_for(page, "2")
    press(page, "KeyK")
    wait_for(page, "3")
    assert set(statuses(engine).values()) == {"proposed"}
    assert "group=3" in page.url


def test_a_comment_in_hangul_is_written_without_deciding_anything(open_page, engine: Engine):
    page = open_page()
    press(page, "KeyC")
    box = page.locator("textarea[name=text]")
    expect(box).to_be_focused()
    ime = page.context.new_cdp_session(page)
    for syllable in ("ㅁ", "마", "맞"):
        ime.send("Input.imeSetComposition", {"text": syllable, "selectionStart": 1, "selectionEnd": 1})
        press(page, "KeyA")
    ime.send("Input.insertText", {"text": "맞다"})
    expect(box).to_have_value("맞다")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".comment bdi")).to_have_text("맞다")
    assert set(statuses(engine).values()) == {"proposed"}
    with session_factory(engine)() as session:
        assert session.scalars(select(Comment.text)).all() == ["맞다"]


def test_a_word_is_searched_and_drawn_in_by_keyboard(open_page, engine: Engine):
    page = open_page()
    press(page, "KeyN")
    expect(page.locator("#close input[type=search]")).to_be_focused()
    page.keyboard.insert_text("차")
    page.keyboard.press("Enter")
    expect(page.locator("#close .words li")).to_have_count(1)
    page.locator("#close [data-change=add] button").press("Enter")
    expect(page.locator(".member")).to_have_count(5)
    with session_factory(engine)() as session:
        assert members_of(session.get(Group, 3)) == "바사아자차"


def test_a_close_word_is_drawn_in_with_one_key(open_page, engine: Engine, words: Words):
    with writing(engine).begin() as connection:
        close = {"run_id": 1, "word_id": words["바"], "neighbor_id": words["차"], "cosine_similarity": 0.7}
        connection.execute(insert(Neighbor), close)
    page = open_page()
    expect(page.locator("#close .draw")).to_have_text("⇧1")
    page.keyboard.press("Shift+Digit1")
    expect(page.locator(".member")).to_have_count(5)
    with session_factory(engine)() as session:
        assert members_of(session.get(Group, 3)) == "바사아자차"


def test_a_group_is_split_by_keyboard(open_page, engine: Engine):
    page = open_page()
    press(page, "KeyS")
    press(page, "Digit1")
    press(page, "Digit2")
    page.keyboard.press("Enter")
    expect(page.locator(".member")).to_have_count(2)
    with session_factory(engine)() as session:
        assert members_of(session.get(Group, 4)) == "바사"


def test_the_keys_are_shown_and_the_dialog_keeps_the_others_out(open_page, engine: Engine):
    page = open_page()
    page.keyboard.press("Shift+Slash")
    expect(page.locator("#help")).to_be_visible()
    press(page, "KeyA")
    page.keyboard.press("Escape")
    expect(page.locator("#help")).to_be_hidden()
    assert set(statuses(engine).values()) == {"proposed"}


def test_keys_that_were_changed_are_used_and_shown(open_page, engine: Engine):
    page = open_page(path="/settings")
    page.locator("input[name=key-accept]").press("q")
    page.locator("button.main", has_text="저장").click()
    page.goto("/queue")
    expect(page.locator("button.accept kbd")).to_have_text("Q")
    press(page, "KeyQ")
    until(page, lambda: statuses(engine)[3] == "accepted")


def test_the_reasons_and_more_sentences_open_in_place(open_page):
    page = open_page()
    press(page, "KeyE")
    expect(page.locator("#why li").first).to_contain_text("문장에서 같은 것으로 부름")
    page.locator(".more").first.click()
    expect(page.locator(".member").first.locator(".sentences li")).to_have_count(3)


def test_two_people_get_different_groups(open_page):
    assert shown(open_page("kim")) != shown(open_page("lee"))


def test_of_two_people_on_one_group_one_wins_and_the_other_sees_both_versions(open_page, engine: Engine):
    kim = open_page("kim", "/queue?group=1")
    lee = open_page("lee", "/queue?group=1")
    press(kim, "KeyA")
    until(kim, lambda: statuses(engine)[1] == "accepted")
    press(lee, "KeyX")
    lee.locator("#messages a", has_text="두 판을 나란히 보기").click()
    expect(lee.locator("h1")).to_have_text("그사이 바뀌었습니다")
    assert statuses(engine)[1] == "accepted"
    lee.locator("button.main", has_text="지금 묶음에 적용").click()
    until(lee, lambda: statuses(engine)[1] == "rejected")


def test_what_is_decided_while_the_server_is_away_is_sent_once_it_is_back(open_page, engine: Engine):
    page = open_page()
    expect(page.locator("#close h3")).to_be_visible()
    page.wait_for_timeout(300)
    page.context.set_offline(True)
    press(page, "KeyA")
    expect(page.locator("#messages .error")).to_be_visible()
    assert statuses(engine)[3] == "proposed"
    page.context.set_offline(False)
    until(page, lambda: statuses(engine)[3] == "accepted")
    with session_factory(engine)() as session:
        assert len(session.scalars(select(Decision)).all()) == 1


def test_a_bulk_decision_is_made_and_undone(open_page, engine: Engine):
    page = open_page("lee", "/groups?status=proposed&min_members=3")
    page.get_by_role("link", name="한꺼번에 결정").click()
    page.get_by_role("button", name="2개 모두 수락").click()
    expect(page.locator("#messages")).to_contain_text("묶음 2개를 결정했습니다.")
    page.get_by_role("button", name="모두 되돌리기").click()
    expect(page).to_have_url("/groups")
    assert set(statuses(engine).values()) == {str(GroupStatus.PROPOSED)}


def test_a_comment_that_was_typed_and_not_sent_goes_with_the_decision(open_page, engine: Engine):
    page = open_page()
    press(page, "KeyC")
    page.keyboard.insert_text("상표 같다")
    page.keyboard.press("Escape")
    press(page, "KeyA")
    wait_for(page, "2")
    until(page, lambda: statuses(engine)[3] == "accepted")
    with session_factory(engine)() as session:
        assert [(row.group_id, row.text) for row in session.scalars(select(Comment))] == [(3, "상표 같다")]


def test_a_decision_made_after_the_session_ended_is_sent_when_its_person_is_back(open_page, engine: Engine):
    page = open_page()
    press(page, "KeyC")
    page.keyboard.insert_text("상표 같다")
    page.keyboard.press("Escape")
    page.context.clear_cookies()
    press(page, "KeyA")
    login = page.locator("#messages a", has_text="로그인")
    expect(login).to_have_attribute("target", "_blank")
    assert statuses(engine)[3] == "proposed"
    log_in_beside(page, engine, "kim")
    until(page, lambda: statuses(engine)[3] == "accepted")
    with session_factory(engine)() as session:
        assert session.scalar(select(Comment.text)) == "상표 같다"


def test_a_decision_made_after_the_session_ended_is_not_made_in_another_persons_name(open_page, engine: Engine):
    page = open_page()
    page.context.clear_cookies()
    log_in_beside(page, engine, "lee")
    press(page, "KeyA")
    expect(page.locator("#messages .error")).to_have_text("다른 사람이 로그인했습니다. 화면을 새로 여세요.")
    assert statuses(engine)[3] == "proposed"


def log_in_beside(page, engine: Engine, name: str) -> None:
    with session_factory(engine, for_writing=True).begin() as session:
        token = accounts.new_login_token(session, accounts.find_user(session, name))
    tab = page.context.new_page()
    tab.goto(f"/login/{token}")
    tab.close()


def hold_requests(page, pattern: str) -> list:
    """Keep what a page asks for, to be let through later."""
    held = []
    page.route(pattern, lambda route: held.append(route))
    return held


def test_a_key_that_is_pressed_twice_decides_once(open_page, engine: Engine):
    page = open_page("kim", "/groups")
    held = hold_requests(page, "**/queue/next?**")
    page.goto("/queue")
    for _ in range(3):
        press(page, "KeyA")
    until(page, lambda: statuses(engine)[3] == "accepted" and len(held) == 1)
    held[0].continue_()
    wait_for(page, "2")
    expect(page.locator("#messages .error")).to_have_count(0)
    assert statuses(engine) == {1: "proposed", 2: "proposed", 3: "accepted"}
    with session_factory(engine)() as session:
        assert len(session.scalars(select(Decision)).all()) == 1


def test_a_conflict_stays_on_the_screen_when_the_next_group_is_decided(open_page, engine: Engine):
    kim, lee = open_page("kim"), open_page("lee", "/groups/3")
    lee.locator("button.reject").click()
    press(kim, "KeyA")
    wait_for(kim, "2")
    press(kim, "KeyA")
    until(kim, lambda: statuses(engine) == {1: "proposed", 2: "accepted", 3: "rejected"})
    expect(kim.locator("#messages a", has_text="두 판을 나란히 보기")).to_be_visible()


def test_what_was_typed_outlasts_another_change_of_the_group(open_page):
    page = open_page()
    press(page, "KeyC")
    page.keyboard.insert_text("상표 같다")
    page.keyboard.press("Escape")
    press(page, "Digit2")
    expect(page.locator(".member")).to_have_count(3)
    expect(page.locator("#card textarea")).to_have_value("상표 같다")


CLICK_TWICE = """() => {
  let n = 0;
  addEventListener("submit", (event) => { n += !event.defaultPrevented; event.preventDefault(); });
  for (const _ of "12") document.querySelector("button.accept").click();
  return n;
}"""


def test_a_second_click_does_not_send_a_form_again(open_page):
    assert open_page("kim", "/groups/2").evaluate(CLICK_TWICE) == 1
