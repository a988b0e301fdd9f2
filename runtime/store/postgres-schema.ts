// The database's side of the PostgreSQL store: tables, the function that commits, the statement that reads.
//
// One table of rows for all models, each row as JSON text. The column's type is `json`, not `jsonb`, because that one
// keeps a text exactly as it was written: the order of keys, NUL characters and lone surrogates (as JSON's escapes).
// Beside it a table of look-ups (lookups.ts): what makes unique sets unique and finds rows by equality. So a model
// more, or a field more, is no change of the tables.
import { hash } from "node:crypto";

/** Names of one store's tables: `"postern"."record"` and so on. */
export interface Names {
  readonly schema: string;
  readonly record: string;
  readonly lookup: string;
  readonly setting: string;
  readonly migration: string;
  readonly commitNumber: string;
  readonly commit: string;
}

/** The names in a schema. */
export function namesIn(schema: string): Names {
  const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
  const inside = (name: string): string => `${quoted(schema)}.${quoted(name)}`;
  return {
    schema: quoted(schema),
    record: inside("record"),
    lookup: inside("lookup"),
    setting: inside("setting"),
    migration: inside("migration"),
    commitNumber: inside("commit_number"),
    commit: inside("commit"),
  };
}

/** The sequence that numbers a model's rows. */
export function numberSequence(schema: string, model: string): string {
  return `${namesIn(schema).schema}."number ${model.replaceAll('"', '""')}"`;
}

/** A lock's number: 64 bits that stand for a name in one store's schema. */
export function lockNumber(schema: string, name: string): string {
  return hash("sha256", `${schema}\0${name}`, "buffer").readBigInt64BE(0).toString();
}

/** The steps from an empty schema to the present one. A step that was released is never changed, only followed. */
export const MIGRATIONS: readonly { readonly name: string; readonly sql: (names: Names) => string }[] = [
  { name: "tables", sql: tables },
  { name: "the commit function", sql: commitFunction },
];

function tables({ record, lookup, setting, commitNumber }: Names): string {
  return `
CREATE SEQUENCE ${commitNumber};

CREATE TABLE ${record} (
  model text COLLATE "C" NOT NULL,
  -- As JSON spells it, without the quotes; a long one by its hash.
  pk text COLLATE "C" NOT NULL,
  -- The number of the commit that wrote the row as it is; (model, pk, version) never means two contents.
  version bigint NOT NULL,
  -- The order of insertion: the number of the commit that inserted the row, and the row's place in it.
  position bigint NOT NULL,
  ordinal integer NOT NULL,
  -- The row's own \`expires\`, rounded up to the hour so that most changes leave the index alone.
  expires timestamptz,
  -- Secret fields of the body are encrypted.
  sealed boolean NOT NULL,
  body json NOT NULL,
  PRIMARY KEY (model, pk)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);

CREATE INDEX record_expires ON ${record} (model, expires) WHERE expires IS NOT NULL;

CREATE TABLE ${lookup} (
  scope text COLLATE "C" NOT NULL,
  key uuid NOT NULL,
  model text COLLATE "C" NOT NULL,
  pk text COLLATE "C" NOT NULL,
  single boolean NOT NULL,
  PRIMARY KEY (scope, key, model, pk)
);

-- What the commit function makes sure of already, held by the database itself as well.
CREATE UNIQUE INDEX lookup_single ON ${lookup} (scope, key) WHERE single;

CREATE TABLE ${setting} (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  -- Counts the changes that every process has to know of: migrations, the key, the look-ups.
  epoch integer NOT NULL,
  encryption json,
  lookups text NOT NULL
);
INSERT INTO ${setting} (epoch, lookups) VALUES (1, '');
`;
}

/**
 * Commits a transaction that ran on rows read before, or answers null where one of them has changed meanwhile.
 *
 * Locks come first, in ascending order, so that there is no deadlock. A row is locked shared by who read it and
 * exclusively by who writes it. A set of rows (a look-up's, or a model's) is locked exclusively by who read it, and
 * shared by who writes a row in it, so that writers of different rows of a set do not wait for each other. Then what
 * was read is compared with what is there. From here to the end of the transaction nobody can change it, and so the
 * outcome is that of running the transactions one after the other. READ COMMITTED is essential: each statement has to
 * see what was committed before the locks were granted.
 */
function commitFunction({ record, lookup, setting, commitNumber, commit }: Names): string {
  return `
CREATE FUNCTION ${commit}(
  p_epoch integer,
  p_lock bigint[], p_exclusive boolean[],
  p_row_model text[], p_row_pk text[], p_row_version bigint[],
  p_set_scope text[], p_set_key uuid[], p_set_versions text[],
  p_model text[], p_model_versions text[],
  p_write_model text[], p_write_pk text[], p_write_body text[], p_write_inserted boolean[],
  p_write_sealed boolean[], p_write_expires timestamptz[],
  p_old_scope text[], p_old_key uuid[], p_old_model text[], p_old_pk text[],
  p_new_scope text[], p_new_key uuid[], p_new_model text[], p_new_pk text[], p_new_single boolean[],
  p_sequence text[], p_number bigint[]
) RETURNS bigint LANGUAGE plpgsql AS $function$
DECLARE
  v_commit bigint;
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'the commit function runs in READ COMMITTED transactions only';
  END IF;
  IF current_setting('synchronous_commit') = 'off' THEN
    PERFORM set_config('synchronous_commit', 'on', true);
  END IF;

  FOR i IN 1 .. cardinality(p_lock) LOOP
    IF p_exclusive[i] THEN
      PERFORM pg_advisory_xact_lock(p_lock[i]);
    ELSE
      PERFORM pg_advisory_xact_lock_shared(p_lock[i]);
    END IF;
  END LOOP;

  IF (SELECT epoch FROM ${setting}) <> p_epoch THEN
    RAISE EXCEPTION 'the database has changed its epoch' USING ERRCODE = 'PT001';
  END IF;
  IF cardinality(p_row_pk) > 0 AND EXISTS (
    SELECT FROM unnest(p_row_model, p_row_pk, p_row_version) AS seen(model, pk, version)
    LEFT JOIN LATERAL (
      SELECT r.version FROM ${record} r WHERE r.model = seen.model AND r.pk = seen.pk OFFSET 0
    ) now ON true
    WHERE now.version IS DISTINCT FROM seen.version
  ) THEN
    RETURN NULL;
  END IF;
  IF cardinality(p_set_scope) > 0 AND EXISTS (
    SELECT FROM unnest(p_set_scope, p_set_key, p_set_versions) AS seen(scope, key, versions)
    CROSS JOIN LATERAL (
      SELECT coalesce(array_agg(r.version ORDER BY r.version), '{}') AS versions
      FROM ${lookup} l JOIN ${record} r ON r.model = l.model AND r.pk = l.pk
      WHERE l.scope = seen.scope AND l.key = seen.key
    ) now
    WHERE now.versions <> seen.versions::bigint[]
  ) THEN
    RETURN NULL;
  END IF;
  IF cardinality(p_model) > 0 AND EXISTS (
    SELECT FROM unnest(p_model, p_model_versions) AS seen(model, versions)
    CROSS JOIN LATERAL (
      SELECT coalesce(array_agg(r.version ORDER BY r.version), '{}') AS versions
      FROM ${record} r WHERE r.model = seen.model
    ) now
    WHERE now.versions <> seen.versions::bigint[]
  ) THEN
    RETURN NULL;
  END IF;

  v_commit := nextval('${commitNumber}');
  IF cardinality(p_old_pk) > 0 THEN
    DELETE FROM ${lookup} l
    USING unnest(p_old_scope, p_old_key, p_old_model, p_old_pk) AS old(scope, key, model, pk)
    WHERE l.scope = old.scope AND l.key = old.key AND l.model = old.model AND l.pk = old.pk;
  END IF;
  IF array_position(p_write_body, NULL) IS NOT NULL THEN
    DELETE FROM ${record} r
    USING unnest(p_write_model, p_write_pk, p_write_body) AS written(model, pk, body)
    WHERE written.body IS NULL AND r.model = written.model AND r.pk = written.pk;
  END IF;
  INSERT INTO ${record} AS r (model, pk, version, position, ordinal, expires, sealed, body)
  SELECT model, pk, v_commit, v_commit, ordinal, expires, sealed, body::json
  FROM unnest(p_write_model, p_write_pk, p_write_body, p_write_inserted, p_write_sealed, p_write_expires)
    WITH ORDINALITY AS written(model, pk, body, inserted, sealed, expires, ordinal)
  WHERE body IS NOT NULL AND inserted
  ON CONFLICT (model, pk) DO UPDATE SET
    version = v_commit, position = v_commit, ordinal = excluded.ordinal,
    expires = excluded.expires, sealed = excluded.sealed, body = excluded.body;
  IF array_position(p_write_inserted, false) IS NOT NULL THEN
    UPDATE ${record} r SET
      version = v_commit, expires = written.expires, sealed = written.sealed, body = written.body::json
    FROM unnest(p_write_model, p_write_pk, p_write_body, p_write_inserted, p_write_sealed, p_write_expires)
      AS written(model, pk, body, inserted, sealed, expires)
    WHERE written.body IS NOT NULL AND NOT written.inserted AND r.model = written.model AND r.pk = written.pk;
  END IF;
  IF cardinality(p_new_pk) > 0 THEN
    INSERT INTO ${lookup} (scope, key, model, pk, single)
    SELECT * FROM unnest(p_new_scope, p_new_key, p_new_model, p_new_pk, p_new_single);
  END IF;
  IF cardinality(p_number) > 0 THEN
    PERFORM setval(sequence::regclass, number)
    FROM unnest(p_sequence, p_number) AS given(sequence, number)
    WHERE number > coalesce(pg_sequence_last_value(sequence::regclass), 0);
  END IF;
  RETURN v_commit;
END
$function$;
`;
}

/**
 * The statement that reads: rows by pk, and sets of rows by look-up, all as of one moment. Each is asked for with the
 * versions that the caller has; rows of these versions come back without their body. The first row of the answer
 * holds the epoch. With `wide`, whole models and new numbers as well.
 */
export function fetchStatement({ record, lookup, setting }: Names, wide: boolean): string {
  const columns = `r.model, r.pk, r.version, r.position, r.ordinal, r.sealed,
  CASE WHEN r.version = ANY (asked.known::bigint[]) THEN NULL ELSE r.body::text END AS body`;
  const rest = `
UNION ALL
SELECT asked.n, ${columns}
FROM unnest($9::integer[], $10::text[], $11::text[]) AS asked(n, model, known)
JOIN ${record} r ON r.model = asked.model
UNION ALL
SELECT asked.n, asked.sequence, NULL,
  CASE WHEN pg_try_advisory_xact_lock_shared(asked.lock) THEN nextval(asked.sequence::regclass) END,
  NULL, NULL, NULL, NULL
FROM unnest($12::integer[], $13::text[], $14::bigint[]) AS asked(n, sequence, lock)`;
  return `SELECT -1 AS n, NULL AS model, NULL AS pk, epoch::bigint AS version, NULL::bigint AS position,
  NULL::integer AS ordinal, NULL::boolean AS sealed, NULL::text AS body FROM ${setting}
UNION ALL
SELECT asked.n, ${columns}
FROM unnest($1::integer[], $2::text[], $3::text[], $4::text[]) AS asked(n, model, pk, known)
CROSS JOIN LATERAL (SELECT * FROM ${record} r WHERE r.model = asked.model AND r.pk = asked.pk OFFSET 0) r
UNION ALL
SELECT asked.n, ${columns}
FROM unnest($5::integer[], $6::text[], $7::uuid[], $8::text[]) AS asked(n, scope, key, known)
CROSS JOIN LATERAL (
  SELECT r.* FROM ${lookup} l JOIN ${record} r ON r.model = l.model AND r.pk = l.pk
  WHERE l.scope = asked.scope AND l.key = asked.key OFFSET 0
) r${wide ? rest : ""}`;
}
