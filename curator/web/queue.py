"""The queue: one group on the screen, the next one loaded, each reviewer with groups of their own."""

from datetime import datetime

from flask import Blueprint, current_app, g, render_template, request
from flask_babel import gettext
from sqlalchemy import select
from werkzeug.exceptions import BadRequest

from curator.review import leases
from curator.review.filters import Cursor, Order, count, cursor_of, is_narrow, keys_in_order, with_status
from curator.review.opinions import waits_for
from curator.store.models import Group, GroupStatus, Role, utc_now
from curator.web.auth import current_user, needs
from curator.web.cards import card_of
from curator.web.close_words import close_words, own_words
from curator.web.database import leasing, reading, writing
from curator.web.keys import KEY_NAMES, key_label, keys_of
from curator.web.parameters import View, cursor_argument, cursor_text, natural, read_value, view_of

blueprint = Blueprint("queue", __name__)

MAX_HELD = 50  # groups that one heartbeat may name


@blueprint.get("/queue")
@needs(Role.REVIEWER)
def show() -> str:
    """Show the first group of the view, or the one that the address names."""
    view = queue_view()
    chosen = request.args.get("group")
    if chosen:
        group_id = read_value("group", chosen, natural)
        with writing(is_durable=False) as session:
            leases.lease(session, current_user().id, group_id)
    else:
        group_id = next_key(view, cursor_argument())
    body = card_html(group_id, view)
    keys = keys_of(current_user())
    return render_template("queue.html", view=view, body=body, keys=keys, key_names=KEY_NAMES, key_label=key_label)


@blueprint.get("/queue/next")
@needs(Role.REVIEWER)
def next_card() -> str:
    """Return the next group of the view as a part of the page; it is the user's from now on."""
    view = queue_view()
    return card_html(next_key(view, cursor_argument(), held_groups()), view)


@blueprint.get("/queue/groups/<int:group_id>")
@needs(Role.REVIEWER)
def one_card(group_id: int) -> str:
    """Return one group as a part of the page, as it is now."""
    view = queue_view()
    with writing(is_durable=False) as session:
        status = session.scalar(select(Group.status).where(Group.id == group_id))
        if status == view.wanted.status:
            leases.lease(session, current_user().id, group_id)
    return card_html(group_id, view)


@blueprint.get("/queue/groups/<int:group_id>/close")
@needs(Role.REVIEWER)
def close(group_id: int) -> str:
    """Return the words that are close to a group, or those that a search finds, as a part of the page."""
    search = request.args.get("search", "").strip()[:100]
    with reading() as session:
        own = own_words(session, group_id)
        if not own:
            return render_template("parts/close.html", words=[], search=search, group=None)
        return render_template(
            "parts/close.html", words=close_words(session, own, search), search=search, group=own[0]
        )


@blueprint.post("/queue/heartbeat")
@needs(Role.REVIEWER)
def heartbeat() -> dict[str, str | None]:
    """Hold on to the groups that the form names; say when they end, or that one was lost."""
    with writing(is_durable=False) as session:
        end = leases.renew(session, current_user().id, held_groups())
    return {"expires_at": None if end is None else end.isoformat(timespec="microseconds")}


@blueprint.post("/queue/release")
@needs(Role.REVIEWER)
def release() -> dict[str, int]:
    """Give back all groups, or those whose lease ends by the time ``until``, as the page is left."""
    text = request.form.get("until")
    until = None if text is None else read_value("until", text, instant)
    with writing(is_durable=False) as session:
        leases.forget_expired(session)
        return {"n_released": leases.release(session, current_user().id, until=until)}


def instant(text: str) -> datetime:
    """Return a time with its zone.

    :raises ValueError: if it is none, or has none.
    """
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("no zone")
    return found


def queue_view() -> View:
    """Return the view that the address asks for; the queue has one status, and open groups by default."""
    view = view_of(request.args, current_user().id)
    status = view.wanted.status or GroupStatus.PROPOSED
    return View(with_status(view.wanted, status), view.order)


def held_groups() -> list[int]:
    """Return the groups that the form or the address names as held.

    :raises 400: if one cannot be read, or they are too many.
    """
    held = [read_value("hold", text, natural) for text in request.values.getlist("hold")]
    if len(held) > MAX_HELD:
        raise BadRequest(gettext("%(n)s groups are held; %(most)s are the most", n=len(held), most=MAX_HELD))
    return held


def next_key(view: View, after: Cursor | None, held: list[int] | None = None) -> int | None:
    """Lease the next group of a view that is not before the user already."""
    with leasing() as session:
        narrow = is_narrow(session, view.wanted)
        query = keys_in_order(view.wanted, view.order, after, is_narrow=narrow)
        n_opinions = current_app.config["N_OPINIONS"]
        if n_opinions > 1:
            query = query.where(waits_for(current_user().id, n_opinions))
        if held:
            query = query.where(Group.id.not_in(held))
        found = leases.lease_first(session, current_user().id, query, keep=held or None)
    return found[0] if found else None


def card_html(group_id: int | None, view: View) -> str:
    """Return a group, or the end of the queue, as a part of the page."""
    with reading() as session:
        card = None if group_id is None else card_of(session, group_id, current_user().id)
        if card is None:
            n_left = count(session, view.wanted)
            free_at = leases.next_free_at(session, current_user().id)
            return render_template("parts/end.html", view=view, n_left=n_left, free_at=free_at)
        return render_template(
            "parts/card.html",
            card=card,
            group=card.group,
            view=view,
            cursor=cursor_text(cursor_of(card.group, Order(view.order))),
            lease_seconds=int(leases.LEASE_TIME.total_seconds()),
            lease_end=(utc_now() + leases.LEASE_TIME).isoformat(timespec="microseconds"),
            hide_scores=bool(g.user.settings.get("hide_scores")),
        )
