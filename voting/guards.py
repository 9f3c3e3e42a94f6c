"""What the database itself refuses, whoever writes: SQL that the migration installs.

The actions never run into these; a script, a console session or a defect does (TRUST: rules cannot be changed
afterwards, nothing enters a closed box). A refusal is a check violation, so Django raises IntegrityError.
"""

ROUND = """
CREATE FUNCTION voting_guard_round() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a round is never deleted' USING ERRCODE = 'check_violation';
    END IF;
    IF (NEW.place_id, NEW.slug, NEW.title, NEW.question, NEW.rule, NEW.rule_digest, NEW.options_digest,
        NEW.currency, NEW.opens_at)
       IS DISTINCT FROM
       (OLD.place_id, OLD.slug, OLD.title, OLD.question, OLD.rule, OLD.rule_digest, OLD.options_digest,
        OLD.currency, OLD.opens_at)
    THEN
        RAISE EXCEPTION 'the rules of a round are frozen' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.closes_at <> OLD.closes_at
       AND (NEW.closes_at < OLD.closes_at OR OLD.closed_at IS NOT NULL OR now() >= OLD.closes_at) THEN
        RAISE EXCEPTION 'a close moves only later, and only before it came' USING ERRCODE = 'check_violation';
    END IF;
    IF (OLD.opened_at IS NOT NULL AND NEW.opened_at IS DISTINCT FROM OLD.opened_at)
       OR (OLD.closed_at IS NOT NULL AND NEW.closed_at IS DISTINCT FROM OLD.closed_at)
       OR (OLD.counted_at IS NOT NULL AND NEW.counted_at IS DISTINCT FROM OLD.counted_at)
       OR (OLD.certified_at IS NOT NULL AND NEW.certified_at IS DISTINCT FROM OLD.certified_at)
       OR (OLD.scrubbed_at IS NOT NULL AND NEW.scrubbed_at IS DISTINCT FROM OLD.scrubbed_at) THEN
        RAISE EXCEPTION 'what happened to a round is recorded once' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.pseudonym_key IS DISTINCT FROM OLD.pseudonym_key
       AND NOT (NEW.pseudonym_key IS NULL AND NEW.certified_at IS NOT NULL) THEN
        RAISE EXCEPTION 'the key of a round is only destroyed' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.closed_at IS NOT NULL AND OLD.closed_at IS NULL AND now() < NEW.closes_at THEN
        RAISE EXCEPTION 'a round is not closed before its instant' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER voting_guard_round BEFORE UPDATE OR DELETE ON voting_round
    FOR EACH ROW EXECUTE FUNCTION voting_guard_round();
"""

OPTION = """
CREATE FUNCTION voting_guard_option() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        RAISE EXCEPTION 'the options of a round are frozen' USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (SELECT 1 FROM voting_roll WHERE round_id = NEW.round_id)
       OR EXISTS (SELECT 1 FROM voting_round WHERE id = NEW.round_id AND closed_at IS NOT NULL) THEN
        RAISE EXCEPTION 'the options of a round are frozen' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER voting_guard_option BEFORE INSERT OR UPDATE OR DELETE ON voting_option
    FOR EACH ROW EXECUTE FUNCTION voting_guard_option();
"""

BOX = """
CREATE FUNCTION voting_guard_box() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM voting_round
        WHERE id = NEW.round_id AND closed_at IS NULL AND opens_at <= now() AND now() < closes_at
    ) THEN
        RAISE EXCEPTION 'the box is not open' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER voting_guard_roll BEFORE INSERT OR UPDATE ON voting_roll
    FOR EACH ROW EXECUTE FUNCTION voting_guard_box();
CREATE TRIGGER voting_guard_ballot BEFORE INSERT OR UPDATE ON voting_ballot
    FOR EACH ROW EXECUTE FUNCTION voting_guard_box();
CREATE FUNCTION voting_guard_contents() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'voting_roll' THEN
        RAISE EXCEPTION 'who has voted stays on the roll' USING ERRCODE = 'check_violation';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM voting_round WHERE id = OLD.round_id AND certified_at IS NOT NULL) THEN
        RAISE EXCEPTION 'the box is only emptied by certification' USING ERRCODE = 'check_violation';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER voting_guard_roll_stays BEFORE DELETE ON voting_roll
    FOR EACH ROW EXECUTE FUNCTION voting_guard_contents();
CREATE TRIGGER voting_guard_ballot_stays BEFORE DELETE ON voting_ballot
    FOR EACH ROW EXECUTE FUNCTION voting_guard_contents();
CREATE TRIGGER voting_guard_request_stays BEFORE DELETE ON voting_castrequest
    FOR EACH ROW EXECUTE FUNCTION voting_guard_contents();
"""

RESULT = """
CREATE FUNCTION voting_guard_published() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a published result is never changed' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER voting_guard_result BEFORE UPDATE OR DELETE ON voting_result
    FOR EACH ROW EXECUTE FUNCTION voting_guard_published();
CREATE TRIGGER voting_guard_bundle BEFORE UPDATE OR DELETE ON voting_bundle
    FOR EACH ROW EXECUTE FUNCTION voting_guard_published();
"""

INSTALL = ROUND + OPTION + BOX + RESULT
REMOVE = """
DROP FUNCTION voting_guard_round, voting_guard_option, voting_guard_box, voting_guard_contents,
    voting_guard_published CASCADE;
"""
