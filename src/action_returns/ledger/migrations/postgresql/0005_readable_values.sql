-- Values that no program could read back are refused here, whichever program writes them: every member reads every
-- batch, so one such value would stop them all. What was recorded before stays as it is (db_user is empty there).

-- C0 and C1 controls, marks of direction and other line breaks. A line break is allowed where a text has several lines.
CREATE FUNCTION is_plain(value TEXT, most INTEGER, lines BOOLEAN DEFAULT FALSE) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE SET search_path = action_returns, pg_temp AS $$
BEGIN
    RETURN length(value) <= most AND (CASE WHEN lines THEN replace(value, chr(10), '') ELSE value END COLLATE "C")
        !~ E'[\u0001-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]';
END $$;

-- 2026-11-23T12:00:00.000+00:00 and no other form; the years that every reader can convert to its own time zone.
CREATE FUNCTION is_moment(value TEXT) RETURNS boolean LANGUAGE plpgsql IMMUTABLE
SET search_path = action_returns, pg_temp AS $$
BEGIN
    IF value COLLATE "C" !~
       '^2[0-9]{3}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9][.][0-9]{3}[+]00:00$' THEN
        RETURN FALSE;
    END IF;
    PERFORM make_date(substr(value, 1, 4)::int, substr(value, 6, 2)::int, substr(value, 9, 2)::int);
    RETURN TRUE;
EXCEPTION WHEN datetime_field_overflow THEN
    RETURN FALSE;
END $$;

-- One JSON object whose values are texts and whole numbers, each name once.
CREATE FUNCTION are_facts(value TEXT, most INTEGER) RETURNS boolean LANGUAGE plpgsql IMMUTABLE
SET search_path = action_returns, pg_temp AS $$
BEGIN
    PERFORM value::jsonb;  -- json alone takes \u0000 and halves of a pair
    RETURN length(value) <= most AND json_typeof(value::json) = 'object' AND NOT EXISTS (
        SELECT 1 FROM json_each(value::json) AS fact GROUP BY fact.key
        HAVING count(*) > 1 OR NOT is_plain(fact.key, 100) OR NOT bool_and(CASE json_typeof(fact.value)
            WHEN 'string' THEN is_plain(fact.value #>> '{}', most, TRUE)
            WHEN 'number' THEN fact.value::text COLLATE "C" ~ '^-?[0-9]{1,18}$'
            ELSE FALSE END)
    );
EXCEPTION WHEN invalid_text_representation OR untranslatable_character OR numeric_value_out_of_range
            OR invalid_parameter_value OR statement_too_complex THEN
    RETURN FALSE;
END $$;

-- What was recorded before is left out, so that its outcome can still be recorded; that outcome is checked.
ALTER TABLE batch
    ADD CONSTRAINT names_are_readable CHECK (db_user = '' OR (
        is_plain(profile, 200) AND is_plain(channel, 50) AND is_plain(account, 500) AND is_plain(receiver, 8000)
        AND is_plain(destination, 10000) AND is_plain(source, 10000) AND is_plain(process, 200)
        AND is_plain(who, 500) AND is_plain(host, 500) AND is_plain(db_user, 200)
        AND environment IN ('live', 'test') AND profile <> '' AND account <> '' AND process <> '')),
    ADD CONSTRAINT file_name_is_safe CHECK (db_user = '' OR file_name COLLATE "C" ~ '^[A-Za-z0-9_-]{1,150}[.]csv$'),
    ADD CONSTRAINT sha256_is_a_hash CHECK (db_user = '' OR sha256 COLLATE "C" ~ '^[0-9a-f]{64}$'),
    ADD CONSTRAINT counts_are_possible CHECK (db_user = '' OR (
        number >= 1 AND row_count BETWEEN 1 AND 10000000 AND reversals BETWEEN 0 AND row_count
        AND size BETWEEN 1 AND 1000000000)),
    ADD CONSTRAINT created_at_is_a_moment CHECK (db_user = '' OR is_moment(created_at)),
    ADD CONSTRAINT outcome_is_readable CHECK (
        (settled_at IS NULL OR is_moment(settled_at)) AND is_plain(message, 20000, TRUE) AND are_facts(evidence, 1000000)
    ) NOT VALID;

-- ActionId, amount and reason as the file that is sent can hold them: csv_format.py. Not compared with older rows.
ALTER TABLE sent_row
    ADD CONSTRAINT action_id_is_sendable CHECK (
        length(action_id) <= 64 AND action_id ~ '^[A-Za-z0-9][A-Za-z0-9._-]*$') NOT VALID,
    ADD CONSTRAINT cents_are_sendable CHECK (cents < 100000000000000000) NOT VALID,
    ADD CONSTRAINT reason_is_sendable CHECK (length(reason) <= 64 AND reason ~ '^[A-Za-z0-9_][A-Za-z0-9_-]*$') NOT VALID;

ALTER TABLE event
    ADD CONSTRAINT at_is_a_moment CHECK (db_user = '' OR is_moment(at)),
    ADD CONSTRAINT detail_is_readable CHECK (db_user = '' OR are_facts(detail, 2000000));
