"""What a ticket can be about, in two levels and three languages."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from govgrid.core.api import OldestFirstPagination, Resource
from tickets.models import Category, WhistleKind


class Names(serializers.Serializer):
    zh = serializers.CharField()
    zh_hant = serializers.CharField()
    en = serializers.CharField()


class Group(serializers.Serializer):
    code = serializers.CharField()
    names = Names()


class CategoryRow(serializers.Serializer):
    """The second level; ``group`` is the first."""

    code = serializers.CharField()
    name = serializers.CharField(help_text="In the language asked for.")
    names = Names()
    group = Group()
    hazard_limit = serializers.CharField(help_text="Made safe within: UH2 is two hours, or empty.")
    resolve_limit = serializers.CharField(help_text="Resolved within: WH4, WD5, or empty.")
    default_whistle = serializers.ChoiceField(choices=WhistleKind.choices)
    icon = serializers.CharField()


class AllAtOnce(OldestFirstPagination):
    default_size = OldestFirstPagination.max_size


class CategoryViewSet(Resource):
    """The active categories: 85 of them, so one page holds them all."""

    serializer_class = CategoryRow
    pagination_class = AllAtOnce

    @extend_schema(summary="Categories", tags=["categories"], operation_id="categories_list")
    def list(self, request: Request) -> Response:
        return self.answer(Category.objects.filter(is_active=True), _row)


def _row(category: Category) -> dict[str, Any]:
    return {
        "code": category.code,
        "name": category.name,
        "names": {
            "zh": category.name_zh,
            "zh_hant": category.name_zh_hant,
            "en": category.name_en,
        },
        "group": {
            "code": category.group_code,
            "names": {
                "zh": category.group_zh,
                "zh_hant": category.group_zh_hant,
                "en": category.group_en,
            },
        },
        "hazard_limit": category.hazard_limit,
        "resolve_limit": category.resolve_limit,
        "default_whistle": category.default_whistle,
        "icon": category.icon,
    }
