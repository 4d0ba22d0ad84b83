"""The browser's way in: parse, call one action, answer."""

from django.http import HttpRequest, HttpResponse


def ticket_list(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def new(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def near(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def detail(request: HttpRequest, number: str) -> HttpResponse:
    return HttpResponse()


def act(request: HttpRequest, number: str, name: str) -> HttpResponse:
    return HttpResponse()
