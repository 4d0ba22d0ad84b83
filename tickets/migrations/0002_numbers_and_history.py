"""Ticket numbers made by the database, and a history that nobody edits."""

from django.db import migrations

NUMBERS = """
CREATE SEQUENCE tickets_serial;

-- ISO 7064 MOD 11,10 over the digits: finds every wrong digit and nearly every swapped pair.
CREATE FUNCTION tickets_check_digit(digits text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT AS $$
DECLARE p int := 10; s int;
BEGIN
    FOR i IN 1..length(digits) LOOP
        s := (p + substr(digits, i, 1)::int) % 10;
        IF s = 0 THEN s := 10; END IF;
        p := (s * 2) % 11;
    END LOOP;
    RETURN ((11 - p) % 10)::text;
END $$;

-- YL20261122-000123-7. The serial starts again after a million: unique beside its date.
CREATE FUNCTION tickets_number(letters text, day date) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    digits text := to_char(day, 'YYYYMMDD');
    serial text := lpad((nextval('tickets_serial') % 1000000)::text, 6, '0');
BEGIN
    RETURN COALESCE(NULLIF(letters, ''), 'GG') || digits || '-' || serial || '-'
        || tickets_check_digit(digits || serial);
END $$;
"""
DROP_NUMBERS = """
DROP FUNCTION tickets_number(text, date);
DROP FUNCTION tickets_check_digit(text);
DROP SEQUENCE tickets_serial;
"""

HISTORY = """
CREATE FUNCTION tickets_history_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The history of tickets is append-only.' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER tickets_event_is_kept BEFORE UPDATE OR DELETE ON tickets_ticketevent
    FOR EACH ROW EXECUTE FUNCTION tickets_history_is_kept();

-- Rows that change often: vacuum before a fifth of a big table is dead.
ALTER TABLE tickets_ticket SET (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.02,
    autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.02);
ALTER TABLE tickets_assignment SET (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.02,
    autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.02);
-- Without the target the planner walks the whole table for a rare word: 120 ms against 4.
ALTER TABLE tickets_ticketwords ALTER COLUMN words SET STATISTICS 2000;
"""
DROP_HISTORY = """
DROP TRIGGER tickets_event_is_kept ON tickets_ticketevent;
DROP FUNCTION tickets_history_is_kept();
ALTER TABLE tickets_ticket RESET (fillfactor, autovacuum_vacuum_scale_factor,
    autovacuum_vacuum_insert_scale_factor, autovacuum_analyze_scale_factor);
ALTER TABLE tickets_assignment RESET (fillfactor, autovacuum_vacuum_scale_factor,
    autovacuum_vacuum_insert_scale_factor, autovacuum_analyze_scale_factor);
ALTER TABLE tickets_ticketwords ALTER COLUMN words SET STATISTICS -1;
"""


class Migration(migrations.Migration):
    dependencies = [("tickets", "0001_tickets")]

    operations = [
        migrations.RunSQL(NUMBERS, DROP_NUMBERS),
        migrations.RunSQL(HISTORY, DROP_HISTORY),
    ]
