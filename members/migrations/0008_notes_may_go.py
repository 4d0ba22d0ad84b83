"""The note of a hand-over may be emptied, where a person is erased."""

from django.db import migrations

LETS_GO = """
-- A term may end sooner; who held which post from when stays as it was. The note of the hand-over
-- goes with a person who is erased: to nothing, never to other words.
CREATE OR REPLACE FUNCTION members_term_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NEW.note = '' AND current_setting('govgrid.retaining', true) = 'on' THEN
            OLD.note := '';
        END IF;
        IF (to_jsonb(NEW) - 'period') IS NOT DISTINCT FROM (to_jsonb(OLD) - 'period')
            AND NEW.period <@ OLD.period
            AND (isempty(NEW.period) OR lower(NEW.period) = lower(OLD.period)) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'A term can end sooner and is not changed otherwise.'
        USING ERRCODE = 'restrict_violation';
END $$;
"""
KEEPS = """
CREATE OR REPLACE FUNCTION members_term_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF (to_jsonb(NEW) - 'period') IS NOT DISTINCT FROM (to_jsonb(OLD) - 'period')
            AND NEW.period <@ OLD.period
            AND (isempty(NEW.period) OR lower(NEW.period) = lower(OLD.period)) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'A term can end sooner and is not changed otherwise.'
        USING ERRCODE = 'restrict_violation';
END $$;
"""


class Migration(migrations.Migration):

    dependencies = [('members', '0007_counsel')]

    operations = [migrations.RunSQL(LETS_GO, KEEPS)]
