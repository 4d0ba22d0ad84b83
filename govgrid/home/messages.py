"""Messages to me on the site: what happened that I should know. The rail counts the unread."""

from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from govgrid.outbox import actions, kinds
from govgrid.outbox.models import Message

PER_PAGE = 30
# Colour and glyph of what the eye should find first; any other kind has the bell.
LOOKS = {
    "clock_over": ("is-over", "s-overdue"),
    "clock_near": ("is-near", "clock"),
    "ticket_look": ("is-near", "eye"),
    "ticket_offered": ("is-offered", "s-offered"),
    "ticket_triage": ("is-offered", "s-triage"),
    "ticket_to_verify": ("is-signed", "s-check"),
    "ticket_sent_back": ("is-back", "undo"),
    "ticket_taken_back": ("is-quiet", "undo"),
    "whistle_to_approve": ("is-offered", "whistle"),
    "whistle_refused": ("is-back", "whistle"),
    "ticket_merged": ("is-quiet", "merge"),
    "ticket_joined": ("is-quiet", "merge"),
    "ticket_left": ("is-quiet", "merge"),
    "ticket_split": ("is-quiet", "layers"),
    "ticket_handed": ("is-offered", "person"),
    "ticket_parted": ("is-quiet", "merge"),
    "ticket_scored": ("is-done", "star"),
    "ticket_closed": ("is-done", "s-done"),
    "ticket_declined": ("is-quiet", "s-declined"),
    "ticket_not_declined": ("is-quiet", "undo"),
    "ticket_not_settled": ("is-quiet", "undo"),
}
PLAIN = ("is-quiet", "bell")


@require_GET
def messages_page(request):
    mine = Message.objects.for_person(request.user)
    page = Paginator(mine, PER_PAGE).get_page(request.GET.get("page"))
    told = [(message, kinds.render(message), *LOOKS.get(message.kind, PLAIN)) for message in page]
    context = {"page": page, "told": told, "unread_count": mine.unread().count()}
    return render(request, "home/messages.html", context)


@require_POST
def open_message(request, pk: int):
    """Reading changes a row, so it is a POST; then on to what the message is about."""
    message = get_object_or_404(Message.objects.for_person(request.user), pk=pk)
    actions.mark_read(message, by=request.user)
    # Ours, and written by an action; an address elsewhere would be an open door.
    return redirect(message.url if message.url.startswith("/") else "home:messages")


@require_POST
def read_all(request):
    actions.mark_all_read(by=request.user)
    return redirect("home:messages")
