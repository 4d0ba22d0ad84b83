"""A whistle in words: its limits, and why a helper is proposed."""

from django import template

from tickets.reasons import helper_why
from tickets.spans import limit_words

register = template.Library()

register.filter(limit_words)
register.filter(helper_why)
