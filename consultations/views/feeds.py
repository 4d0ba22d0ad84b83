"""What happened in public, as RSS and Atom: of a platform, of an area, of a topic. Nobody is named."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from consultations.models import Platform, Step, Topic
from consultations.views.topics import verb_of
from consultations.workflow import PUBLIC
from grids.models import Area

SHOWN = 40


class Steps(Feed):
    """The newest public steps of topics that everybody reads."""

    def link(self, obj: Any) -> str:
        return str(obj.get_absolute_url())

    def title(self, obj: Any) -> str:
        return _("%(name)s: what became of it") % {"name": self.named(obj)}

    def named(self, obj: Any) -> str:
        return str(obj.name)

    def description(self, obj: Any) -> str:
        return _("What was raised, agreed and carried out, step by step.")

    subtitle = description

    def of(self, obj: Any) -> dict[str, Any]:
        raise NotImplementedError

    def items(self, obj: Any) -> list[Step]:
        steps = Step.objects.in_public().filter(topic__state__in=sorted(PUBLIC), **self.of(obj))
        return list(steps.select_related("topic__platform").order_by("-pk")[:SHOWN])

    def item_title(self, item: Step) -> str:
        return f"{item.topic.title}{pgettext('punctuation', ': ')}{verb_of(item)}"

    def item_description(self, item: Step) -> str:
        return item.note or item.topic.platform.name

    def item_link(self, item: Step) -> str:
        return item.topic.get_absolute_url()

    def item_guid(self, item: Step) -> str:
        return f"{settings.SITE_URL.rstrip('/')}{item.topic.get_absolute_url()}#step-{item.pk}"

    item_guid_is_permalink = False

    def item_pubdate(self, item: Step) -> datetime:
        return item.at


class OfPlatform(Steps):
    def get_object(self, request: HttpRequest, code: str) -> Platform:
        return get_object_or_404(Platform, code=code)

    def of(self, obj: Platform) -> dict[str, Any]:
        return {"topic__platform": obj.pk}


class OfArea(Steps):
    def get_object(self, request: HttpRequest, code: str) -> Area:
        found = Area.objects.in_force().filter(code=code).order_by("level", "pk").first()
        return found or get_object_or_404(Area.objects.none())

    def link(self, obj: Area) -> str:
        return f"{reverse('consultations:figures')}?area={obj.code}"

    def of(self, obj: Area) -> dict[str, Any]:
        return {"topic__area__path__startswith": obj.path}


class OfTopic(Steps):
    def get_object(self, request: HttpRequest, number: str) -> Topic:
        return get_object_or_404(Topic.objects.public().numbered(number))

    def named(self, obj: Topic) -> str:
        return obj.title

    def of(self, obj: Topic) -> dict[str, Any]:
        return {"topic": obj.pk}


class PlatformAtom(OfPlatform):
    feed_type = Atom1Feed


class AreaAtom(OfArea):
    feed_type = Atom1Feed


class TopicAtom(OfTopic):
    feed_type = Atom1Feed
