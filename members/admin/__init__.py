"""The back office for the roster: what has a history is read there."""

from members.admin import reception as reception
