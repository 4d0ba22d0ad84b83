"""The back office for consultations: what has a history is read there."""

from consultations.admin import ballots as ballots
from consultations.admin import opinions as opinions
from consultations.admin import public as public
from consultations.admin import sessions as sessions
from consultations.admin import tables as tables
from consultations.admin import topics as topics
