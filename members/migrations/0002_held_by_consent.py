"""Nobody is held on the roster without a live consent of his own, whichever side changes."""

from django.db import migrations

FORWARDS = """
CREATE FUNCTION members_check_consent(member members_member) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF member.state IN ('applied', 'active', 'paused') AND NOT EXISTS (
        SELECT FROM privacy_consent c
        WHERE c.id = member.consent_id AND c.user_id = member.user_id
            AND c.purpose_key = 'roster' AND c.withdrawn_at IS NULL
    ) THEN
        RAISE EXCEPTION 'nobody is on the roster without a live consent of his own'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'member_held_by_live_consent';
    END IF;
END $$;

CREATE FUNCTION members_member_consents() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    now_is members_member;
BEGIN
    SELECT * INTO now_is FROM members_member WHERE id = NEW.id;
    IF FOUND THEN
        PERFORM members_check_consent(now_is);
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION members_consent_ends() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    held members_member;
BEGIN
    FOR held IN SELECT * FROM members_member WHERE consent_id = NEW.id LOOP
        PERFORM members_check_consent(held);
    END LOOP;
    RETURN NULL;
END $$;

-- At the end of the transaction: a new version's consent ends the old one, then the row follows.
CREATE CONSTRAINT TRIGGER member_held_by_live_consent
    AFTER INSERT OR UPDATE OF state, consent_id, user_id ON members_member
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION members_member_consents();
CREATE CONSTRAINT TRIGGER member_held_by_live_consent
    AFTER UPDATE OF withdrawn_at ON privacy_consent
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION members_consent_ends();
"""

BACKWARDS = """
DROP TRIGGER member_held_by_live_consent ON privacy_consent;
DROP TRIGGER member_held_by_live_consent ON members_member;
DROP FUNCTION members_consent_ends();
DROP FUNCTION members_member_consents();
DROP FUNCTION members_check_consent(members_member);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0001_members_stations_specialties"),
        ("privacy", "0002_history_stays"),
    ]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
