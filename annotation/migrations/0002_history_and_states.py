"""History that cannot be rewritten and states that cannot be jumped, enforced by PostgreSQL."""

from django.db import migrations

APPEND_ONLY = """
CREATE FUNCTION querent_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- A project that is deleted for good takes its history along, and says so first.
    IF TG_OP = 'DELETE' AND current_setting('querent.purge', true) = 'on' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '% keeps its history: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON annotation_annotationrevision
    FOR EACH ROW EXECUTE FUNCTION querent_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON annotation_auditevent
    FOR EACH ROW EXECUTE FUNCTION querent_append_only();
"""
APPEND_ONLY_BACK = """
DROP TRIGGER append_only ON annotation_annotationrevision;
DROP TRIGGER append_only ON annotation_auditevent;
DROP FUNCTION querent_append_only();
"""

# The arguments of each trigger are the moves that are allowed.
STATES = """
CREATE FUNCTION querent_transition() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    allowed boolean := NEW.status = OLD.status;
BEGIN
    FOR i IN 0 .. TG_NARGS - 1 LOOP
        allowed := allowed OR TG_ARGV[i] = OLD.status || '>' || NEW.status;
    END LOOP;
    IF NOT allowed THEN
        RAISE EXCEPTION '% cannot go from % to %', TG_TABLE_NAME, OLD.status, NEW.status
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER transition BEFORE UPDATE OF status ON annotation_assignment FOR EACH ROW
    EXECUTE FUNCTION querent_transition(
        'open>answered', 'open>skipped', 'open>expired', 'expired>open', 'expired>answered', 'expired>skipped');
CREATE TRIGGER transition BEFORE UPDATE OF status ON annotation_job FOR EACH ROW
    EXECUTE FUNCTION querent_transition(
        'queued>running', 'running>done', 'running>failed', 'queued>failed', 'running>queued');
CREATE TRIGGER transition BEFORE UPDATE OF status ON annotation_flag FOR EACH ROW
    EXECUTE FUNCTION querent_transition(
        'open>confirmed', 'open>dismissed', 'open>closed', 'confirmed>open', 'dismissed>open');
"""
STATES_BACK = """
DROP TRIGGER transition ON annotation_assignment;
DROP TRIGGER transition ON annotation_job;
DROP TRIGGER transition ON annotation_flag;
DROP FUNCTION querent_transition();
"""


class Migration(migrations.Migration):
    dependencies = [("annotation", "0001_initial")]

    operations = [
        migrations.RunSQL(APPEND_ONLY, APPEND_ONLY_BACK),
        migrations.RunSQL(STATES, STATES_BACK),
    ]
