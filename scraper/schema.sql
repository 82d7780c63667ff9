-- The whole schema of mikroscope.db: what a researcher meets, in the order it is loaded.
-- Ids are readable text, made from names, languages and dates, and stable across builds.
-- Times are UTC, ISO 8601 with a Z; dates are ISO 8601. metadata.yml describes every column.
--
-- Any SQLite from 3.28 (2019) on reads this file: one word that is newer, in any table or view,
-- would keep an older one out of all of it. So no table is STRICT (3.37) and types are held by
-- CHECK; and to write, SQLite needs what it has as standard: FTS5 and JSON.

CREATE TABLE people (
    id      TEXT PRIMARY KEY NOT NULL,
    name    TEXT NOT NULL CHECK (name <> ''),
    studio  TEXT CHECK (studio IN ('Paris', 'Bangalore', 'Montréal')),
    role    TEXT
);

CREATE TABLE interviews (
    id         TEXT PRIMARY KEY NOT NULL,
    series     TEXT NOT NULL CHECK (series <> ''),
    person_id  TEXT NOT NULL REFERENCES people (id),
    role       TEXT,
    studio     TEXT CHECK (studio IN ('Paris', 'Bangalore', 'Montréal')),
    published  TEXT CHECK (published IS date(published, '+0 days')),
    languages  TEXT NOT NULL CHECK (json_valid(languages) AND json_type(languages) = 'array')
);

CREATE TABLE captures (
    id           TEXT PRIMARY KEY NOT NULL,
    url          TEXT NOT NULL CHECK (url <> ''),
    captured_at  TEXT NOT NULL CHECK (captured_at IS strftime('%Y-%m-%dT%H:%M:%SZ', captured_at)),
    source       TEXT NOT NULL CHECK (source IN ('site', 'wayback', 'commoncrawl', 'files')),
    kind         TEXT NOT NULL CHECK (kind IN ('response', 'revisit', 'resource', 'conversion')),
    http_status  INTEGER CHECK (typeof(http_status) IN ('integer', 'null')),
    media_type   TEXT,
    digest       TEXT NOT NULL CHECK (digest <> ''),
    file         TEXT NOT NULL CHECK (file <> ''),
    "offset"     INTEGER NOT NULL CHECK (typeof("offset") = 'integer' AND "offset" >= 0)
);

CREATE TABLE posts (
    id            TEXT PRIMARY KEY NOT NULL,
    interview_id  TEXT NOT NULL REFERENCES interviews (id),
    url           TEXT NOT NULL UNIQUE CHECK (url <> ''),
    lang          TEXT NOT NULL CHECK (lang IN ('en', 'fr')),
    title         TEXT,
    standfirst    TEXT,
    category      TEXT,
    published     TEXT CHECK (published IS date(published, '+0 days')),
    role          TEXT,
    role_detail   TEXT,
    intro         TEXT,
    call_to_action  TEXT,
    status        TEXT NOT NULL CHECK (status IN ('live', 'gone')),
    first_seen    TEXT NOT NULL CHECK (first_seen IS strftime('%Y-%m-%dT%H:%M:%SZ', first_seen)),
    last_seen     TEXT NOT NULL CHECK (last_seen IS strftime('%Y-%m-%dT%H:%M:%SZ', last_seen)),
    capture_id    TEXT NOT NULL REFERENCES captures (id),
    found_by      TEXT NOT NULL CHECK (json_valid(found_by) AND json_type(found_by) = 'array'),
    CHECK (first_seen <= last_seen)
);

CREATE TABLE questions (
    id        TEXT PRIMARY KEY NOT NULL,
    position  INTEGER NOT NULL UNIQUE CHECK (typeof(position) = 'integer' AND position > 0),
    text_en   TEXT NOT NULL CHECK (text_en <> ''),
    text_fr   TEXT NOT NULL CHECK (text_fr <> '')
);

CREATE TABLE answers (
    id           TEXT PRIMARY KEY NOT NULL,
    post_id      TEXT NOT NULL REFERENCES posts (id),
    person_id    TEXT NOT NULL REFERENCES people (id),
    question_id  TEXT REFERENCES questions (id),
    position     INTEGER NOT NULL CHECK (typeof(position) = 'integer' AND position > 0),
    lang         TEXT NOT NULL CHECK (lang IN ('en', 'fr')),
    question     TEXT NOT NULL CHECK (question <> ''),
    answer       TEXT NOT NULL,
    word_count   INTEGER NOT NULL CHECK (typeof(word_count) = 'integer' AND word_count >= 0),
    UNIQUE (post_id, position)
);

CREATE TABLE nominations (
    id            TEXT PRIMARY KEY NOT NULL,
    nominator_id  TEXT NOT NULL REFERENCES people (id),
    nominee_id    TEXT NOT NULL REFERENCES people (id),
    status        TEXT NOT NULL CHECK (status IN ('both ends', 'nominator only', 'nominee only')),
    UNIQUE (nominator_id, nominee_id)
);

CREATE TABLE evidence (
    id             TEXT PRIMARY KEY NOT NULL,
    nomination_id  TEXT NOT NULL REFERENCES nominations (id),
    post_id        TEXT NOT NULL REFERENCES posts (id),
    "end"          TEXT NOT NULL CHECK ("end" IN ('nominator', 'nominee')),
    quote          TEXT NOT NULL CHECK (quote <> '')
);

CREATE TABLE images (
    id        TEXT PRIMARY KEY NOT NULL,
    post_id   TEXT NOT NULL REFERENCES posts (id),
    position  INTEGER NOT NULL CHECK (typeof(position) = 'integer' AND position > 0),
    url       TEXT,
    alt       TEXT,
    caption   TEXT,
    UNIQUE (post_id, position)
);

CREATE TABLE versions (
    id           TEXT PRIMARY KEY NOT NULL,
    post_id      TEXT NOT NULL REFERENCES posts (id),
    number       INTEGER NOT NULL CHECK (typeof(number) = 'integer' AND number > 0),
    capture_id   TEXT NOT NULL REFERENCES captures (id),
    captured_at  TEXT NOT NULL CHECK (captured_at IS strftime('%Y-%m-%dT%H:%M:%SZ', captured_at)),
    changed      TEXT NOT NULL CHECK (json_valid(changed) AND json_type(changed) = 'array'),
    UNIQUE (post_id, number)
);

CREATE TABLE findings (
    id        TEXT PRIMARY KEY NOT NULL,
    severity  TEXT NOT NULL CHECK (severity IN ('error', 'warning', 'note')),
    code      TEXT NOT NULL CHECK (code <> ''),
    post_id   TEXT REFERENCES posts (id),
    message   TEXT NOT NULL CHECK (message <> ''),
    quote     TEXT
);

CREATE TABLE runs (
    id         TEXT PRIMARY KEY NOT NULL,
    source     TEXT NOT NULL CHECK (source IN ('site', 'wayback', 'commoncrawl', 'files')),
    started    TEXT NOT NULL CHECK (started IS strftime('%Y-%m-%dT%H:%M:%SZ', started)),
    finished   TEXT CHECK (finished IS strftime('%Y-%m-%dT%H:%M:%SZ', finished)),
    requests   INTEGER NOT NULL CHECK (typeof(requests) = 'integer' AND requests >= 0),
    bytes      INTEGER NOT NULL CHECK (typeof(bytes) = 'integer' AND bytes >= 0),
    fetched    INTEGER NOT NULL CHECK (typeof(fetched) = 'integer' AND fetched >= 0),
    unchanged  INTEGER NOT NULL CHECK (typeof(unchanged) = 'integer' AND unchanged >= 0),
    gone       INTEGER NOT NULL CHECK (typeof(gone) = 'integer' AND gone >= 0),
    failed     INTEGER NOT NULL CHECK (typeof(failed) = 'integer' AND failed >= 0),
    new        INTEGER NOT NULL CHECK (typeof(new) = 'integer' AND new >= 0),
    changed    INTEGER NOT NULL CHECK (typeof(changed) = 'integer' AND changed >= 0)
);

-- What stands from here on is made when the tables above have their rows.

CREATE INDEX interviews_person ON interviews (person_id, published);
CREATE INDEX interviews_published ON interviews (published);
CREATE INDEX posts_interview ON posts (interview_id, lang, id);
CREATE INDEX posts_published ON posts (published, id);
CREATE INDEX posts_seen ON posts (last_seen);
CREATE INDEX posts_gone ON posts (last_seen) WHERE status = 'gone';
CREATE INDEX posts_capture ON posts (capture_id);
CREATE INDEX answers_question ON answers (question_id, lang, word_count);
CREATE INDEX answers_length ON answers (word_count);
CREATE INDEX answers_person ON answers (person_id);
CREATE INDEX nominations_nominee ON nominations (nominee_id);
CREATE INDEX evidence_nomination ON evidence (nomination_id);
CREATE INDEX evidence_post ON evidence (post_id);
CREATE INDEX versions_capture ON versions (capture_id);
CREATE INDEX versions_changed ON versions (captured_at) WHERE number > 1;
CREATE INDEX findings_post ON findings (post_id);
CREATE INDEX findings_code ON findings (code, severity);
CREATE INDEX captures_url ON captures (url, captured_at);

-- Accents are folded by the tokenizer, English inflection by porter; the stems are Snowball's, of the
-- row's own language, so that French inflection is found too: `stems` of the answer, `question_stems`
-- of the question, so that what was said is told from what was asked. rowid is answers.rowid.
CREATE VIRTUAL TABLE answers_fts USING fts5 (
    question, answer, person, stems, question_stems,
    tokenize = "porter unicode61 remove_diacritics 2"
);

-- Of what kind each answer is, so that a search counts what it finds by one number an answer instead
-- of by four tables. Both are a part of the search index and are filled from the tables above;
-- `answer` is answers.rowid, `kind` the id of a kind; `answers` is how many of it there are, `words`
-- how many words they have.
CREATE TABLE answers_fts_kinds (
    id           INTEGER PRIMARY KEY NOT NULL,
    studio       TEXT,
    year         TEXT,
    lang         TEXT NOT NULL,
    question_id  TEXT,
    answers      INTEGER NOT NULL,
    words        INTEGER NOT NULL,
    UNIQUE (question_id, lang, year, studio)
);
CREATE TABLE answers_fts_kind (
    answer  INTEGER PRIMARY KEY NOT NULL,
    kind    INTEGER NOT NULL
);

-- The words that were said, asked and named, in small letters, as they are written and without
-- accents, each with in how many answers it is: for the beginning of a word, which the stems of the
-- index may have cut off, and to offer what is spelt almost alike where a search finds nothing.
CREATE TABLE answers_fts_words (
    id       INTEGER PRIMARY KEY NOT NULL,
    word     TEXT NOT NULL UNIQUE,
    folded   TEXT NOT NULL,
    answers  INTEGER NOT NULL
);
CREATE INDEX answers_fts_words_folded ON answers_fts_words (folded);

-- So that people are found who were named and gave no answers themselves.
CREATE VIRTUAL TABLE people_fts USING fts5 (
    name,
    content = "people", tokenize = "unicode61 remove_diacritics 2"
);

CREATE VIEW answers_in_full AS
SELECT
    people.name           AS person,
    interviews.role       AS role,
    interviews.studio     AS studio,
    posts.published       AS published,
    answers.lang          AS lang,
    answers.question_id   AS question_id,
    answers.question      AS question,
    answers.answer        AS answer,
    answers.word_count    AS word_count,
    posts.url             AS url,
    interviews.id         AS interview_id
FROM answers
JOIN posts ON posts.id = answers.post_id
JOIN interviews ON interviews.id = posts.interview_id
JOIN people ON people.id = interviews.person_id
ORDER BY posts.published, posts.id, answers.position;

-- One row an interview, read from one post: the English one where there is one, else the French.
-- The two languages are never mixed in a row. A question that was asked twice has both answers.
CREATE VIEW answers_side_by_side AS
SELECT
    people.name           AS person,
    interviews.role       AS role,
    interviews.studio     AS studio,
    interviews.published  AS published,
    posts.lang            AS lang,
    (SELECT group_concat(answer, char(10, 10)) FROM answers
     WHERE post_id = posts.id AND question_id = 'best-part') AS best_part,
    (SELECT group_concat(answer, char(10, 10)) FROM answers
     WHERE post_id = posts.id AND question_id = 'first-project') AS first_project,
    (SELECT group_concat(answer, char(10, 10)) FROM answers
     WHERE post_id = posts.id AND question_id = 'background') AS background,
    (SELECT group_concat(answer, char(10, 10)) FROM answers
     WHERE post_id = posts.id AND question_id = 'inspiration') AS inspiration,
    (SELECT group_concat(answer, char(10, 10)) FROM answers
     WHERE post_id = posts.id AND question_id = 'character') AS character,
    (SELECT group_concat(answer, char(10, 10)) FROM answers
     WHERE post_id = posts.id AND question_id = 'achievement') AS achievement,
    (SELECT group_concat(answer, char(10, 10)) FROM answers
     WHERE post_id = posts.id AND question_id = 'superpower') AS superpower,
    (SELECT group_concat(answer, char(10, 10)) FROM answers
     WHERE post_id = posts.id AND question_id = 'advice') AS advice,
    (SELECT group_concat(answer, char(10, 10)) FROM answers
     WHERE post_id = posts.id AND question_id = 'baton') AS baton,
    posts.url             AS url,
    interviews.id         AS interview_id
FROM interviews
JOIN people ON people.id = interviews.person_id
LEFT JOIN posts ON posts.id = (
    SELECT id FROM posts WHERE interview_id = interviews.id ORDER BY lang, id LIMIT 1
)
ORDER BY interviews.published, interviews.id;

CREATE VIEW baton AS
SELECT
    nominator,
    nominee,
    status,
    nominator_published,
    nominee_published,
    CAST(julianday(nominee_published) - julianday(nominator_published) AS INTEGER) AS days_between,
    nominator_studio,
    nominee_studio,
    nominator_id,
    nominee_id
FROM (
    SELECT
        nominator.name      AS nominator,
        nominee.name        AS nominee,
        nominations.status  AS status,
        (SELECT min(published) FROM interviews WHERE person_id = nominator.id)
            AS nominator_published,
        (SELECT min(published) FROM interviews WHERE person_id = nominee.id)
            AS nominee_published,
        nominator.studio    AS nominator_studio,
        nominee.studio      AS nominee_studio,
        nominator.id        AS nominator_id,
        nominee.id          AS nominee_id
    FROM nominations
    JOIN people AS nominator ON nominator.id = nominations.nominator_id
    JOIN people AS nominee ON nominee.id = nominations.nominee_id
)
ORDER BY nominator_published, nominator_id, nominee_id;

-- The baton in order. Everybody who named somebody or was named stands in it once: behind the first
-- who named them, or at the beginning of a chain; so it ends whatever names whom, and stays as long
-- as there are people. Who names several goes on with the first of them, and each other opens a
-- branch. A ring begins with whoever of it published first. "First" is by day, then by id.
CREATE VIEW chains AS
WITH RECURSIVE
-- Everybody's first day, and what sorts people.
turn (person_id, published, since) AS (
    SELECT id, published, coalesce(published, '9999') || ' ' || id
    FROM (
        SELECT id, (SELECT min(published) FROM interviews WHERE person_id = people.id) AS published
        FROM people
    )
),
-- Who was named by whom, numbered: 1 is the first who did.
handed (nominator_id, nominee_id, nominator_since, nth) AS (
    SELECT
        nominator_id, nominee_id, since,
        row_number() OVER (PARTITION BY nominee_id ORDER BY since)
    FROM nominations JOIN turn ON turn.person_id = nominator_id
    WHERE nominator_id <> nominee_id
),
-- Whom each one stands behind, and which of those behind the same one it is.
follows (person_id, since, after_id, after_since, branch) AS (
    SELECT
        nominee_id, since, nominator_id, nominator_since,
        row_number() OVER (PARTITION BY nominator_id ORDER BY since)
    FROM handed JOIN turn ON turn.person_id = nominee_id
    WHERE nth = 1
),
unnamed (person_id) AS (
    SELECT nominator_id FROM nominations WHERE nominator_id NOT IN (SELECT person_id FROM follows)
),
reached (person_id) AS (
    SELECT person_id FROM unnamed
    UNION
    SELECT follows.person_id FROM reached JOIN follows ON follows.after_id = reached.person_id
),
-- Who is not reached stands in a ring or behind one. From each who may be the first of a ring, back
-- along the baton as long as nobody was earlier: who so comes to themselves is the first.
back (from_id, from_since, person_id) AS (
    SELECT person_id, since, after_id FROM follows AS one
    WHERE person_id NOT IN (SELECT person_id FROM reached)
        AND since < after_since
        AND EXISTS (SELECT 1 FROM follows WHERE after_id = one.person_id AND since > one.since)
    UNION
    SELECT from_id, from_since, after_id
    FROM back JOIN follows ON follows.person_id = back.person_id
    WHERE follows.since > from_since
),
beginning (person_id) AS (
    SELECT person_id FROM unnamed
    UNION
    SELECT from_id FROM back WHERE person_id = from_id
),
link (chain_id, branch_id, branched_at, position, person_id, nominator_id) AS (
    SELECT person_id, person_id, 1, 1, person_id, NULL FROM beginning
    UNION ALL
    SELECT
        chain_id,
        CASE branch WHEN 1 THEN branch_id ELSE follows.person_id END,
        CASE branch WHEN 1 THEN branched_at ELSE position + 1 END,
        position + 1,
        follows.person_id,
        follows.after_id
    FROM link JOIN follows ON follows.after_id = link.person_id
    WHERE follows.person_id NOT IN (SELECT person_id FROM beginning)
)
SELECT
    chain_id,
    branch_id,
    position,
    person.name       AS person,
    now.published     AS published,
    nominator.name    AS nominator,
    prior.published   AS nominator_published,
    CAST(julianday(now.published) - julianday(prior.published) AS INTEGER) AS days_between,
    (
        SELECT group_concat(name, ', ') FROM (
            SELECT name FROM nominations JOIN people ON people.id = nominations.nominator_id
            WHERE nominee_id = link.person_id AND nominations.nominator_id IS NOT link.nominator_id
            ORDER BY name
        )
    )                                             AS also_named_by,
    max(position) OVER (PARTITION BY chain_id)    AS length,
    count(*) OVER (PARTITION BY chain_id)         AS people,
    link.person_id                                AS person_id,
    link.nominator_id                             AS nominator_id
FROM link
JOIN people AS person ON person.id = link.person_id
JOIN turn AS now ON now.person_id = link.person_id
LEFT JOIN people AS nominator ON nominator.id = link.nominator_id
LEFT JOIN turn AS prior ON prior.person_id = link.nominator_id
ORDER BY
    first_value(now.since) OVER (PARTITION BY chain_id ORDER BY position),
    chain_id, branched_at, branch_id, position;

CREATE VIEW waiting AS
SELECT
    nominee.id    AS person_id,
    nominee.name  AS name,
    (
        SELECT group_concat(name, ', ') FROM (
            SELECT name FROM nominations JOIN people ON people.id = nominations.nominator_id
            WHERE nominee_id = nominee.id ORDER BY name
        )
    )             AS named_by,
    (
        SELECT max((SELECT min(published) FROM interviews WHERE person_id = nominator_id))
        FROM nominations WHERE nominee_id = nominee.id
    )             AS named_on
FROM people AS nominee
WHERE EXISTS (SELECT 1 FROM nominations WHERE nominee_id = nominee.id)
    AND NOT EXISTS (SELECT 1 FROM interviews WHERE person_id = nominee.id)
ORDER BY nominee.name, nominee.id;
