"""My to-do list: what waits for me, by time left, across all apps."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET


@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    return render(request, "home/desk.html")
