"""What the database itself refuses: an entry, once written, is neither changed nor deleted by the application."""

INSTALL = """
CREATE FUNCTION journal_is_written_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'the journal keeps every entry' USING ERRCODE = 'check_violation';
    END IF;
    IF (NEW.id, NEW.kind, NEW.at, NEW.actor_id, NEW.place_id, NEW.subject, NEW.data)
       IS DISTINCT FROM (OLD.id, OLD.kind, OLD.at, OLD.actor_id, OLD.place_id, OLD.subject, OLD.data)
       OR (OLD.seal_id IS NOT NULL
           AND (NEW.seal_id, NEW.leaf, NEW.fingerprint) IS DISTINCT FROM (OLD.seal_id, OLD.leaf, OLD.fingerprint))
    THEN
        RAISE EXCEPTION 'an entry of the journal is written once' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER journal_is_written_once BEFORE UPDATE OR DELETE ON journal_entry
    FOR EACH ROW EXECUTE FUNCTION journal_is_written_once();
"""
REMOVE = """
DROP TRIGGER journal_is_written_once ON journal_entry;
DROP FUNCTION journal_is_written_once();
"""
