"""Clocks and messages change as often as tickets, and events only grow: vacuum early."""

from django.db import migrations

ROOM = """
-- Vacuumed before a fifth of a big table is dead; a tenth of each page is left for changes.
ALTER TABLE tickets_clock SET (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.02,
    autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.02);
ALTER TABLE outbox_message SET (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.02,
    autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.02);
-- Never updated, so no room within a page; but the planner soon hears of what came in.
ALTER TABLE tickets_ticketevent SET (autovacuum_vacuum_insert_scale_factor = 0.05,
    autovacuum_analyze_scale_factor = 0.02);
"""
NO_ROOM = """
ALTER TABLE tickets_clock RESET (fillfactor, autovacuum_vacuum_scale_factor,
    autovacuum_vacuum_insert_scale_factor, autovacuum_analyze_scale_factor);
ALTER TABLE outbox_message RESET (fillfactor, autovacuum_vacuum_scale_factor,
    autovacuum_vacuum_insert_scale_factor, autovacuum_analyze_scale_factor);
ALTER TABLE tickets_ticketevent RESET (autovacuum_vacuum_insert_scale_factor,
    autovacuum_analyze_scale_factor);
"""


class Migration(migrations.Migration):
    dependencies = [("tickets", "0008_fewer_indexes"), ("outbox", "0002_fewer_indexes")]

    operations = [migrations.RunSQL(ROOM, NO_ROOM)]
