"""The history cannot be rewritten through this application's own connection."""

from django.db import migrations

FORWARDS = """
CREATE FUNCTION privacy_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON privacy_accesslog
    FOR EACH ROW EXECUTE FUNCTION privacy_append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON privacy_accesslog
    FOR EACH STATEMENT EXECUTE FUNCTION privacy_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON privacy_retentionrun
    FOR EACH ROW EXECUTE FUNCTION privacy_append_only();

CREATE FUNCTION privacy_consent_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NOT EXISTS (
            SELECT FROM privacy_notice n
            WHERE n.id = NEW.notice_id AND n.key = NEW.purpose_key AND n.published_at IS NOT NULL
        ) THEN
            RAISE EXCEPTION 'a consent is to a published notice of its own purpose'
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.withdrawn_at IS NULL AND NEW.withdrawn_at IS NOT NULL THEN
        OLD.withdrawn_at := NEW.withdrawn_at;
        IF OLD IS NOT DISTINCT FROM NEW THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'a consent can be withdrawn and nothing else'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER consent_stays BEFORE INSERT OR UPDATE OR DELETE ON privacy_consent
    FOR EACH ROW EXECUTE FUNCTION privacy_consent_stays();

CREATE FUNCTION privacy_notice_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.published_at IS NOT NULL THEN
        RAISE EXCEPTION 'a published notice does not change: write the next version'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN COALESCE(NEW, OLD);
END $$;
CREATE TRIGGER notice_stays BEFORE UPDATE OR DELETE ON privacy_notice
    FOR EACH ROW EXECUTE FUNCTION privacy_notice_stays();
"""

BACKWARDS = """
DROP TRIGGER append_only ON privacy_accesslog;
DROP TRIGGER append_only_truncate ON privacy_accesslog;
DROP TRIGGER append_only ON privacy_retentionrun;
DROP TRIGGER consent_stays ON privacy_consent;
DROP TRIGGER notice_stays ON privacy_notice;
DROP FUNCTION privacy_append_only();
DROP FUNCTION privacy_consent_stays();
DROP FUNCTION privacy_notice_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("privacy", "0001_notices_consents_readings")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
