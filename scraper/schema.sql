-- The whole schema of mikroscope.db: what a researcher meets, in the order it is loaded.
-- Ids are readable text, made from names, languages and dates, and stable across builds.
-- Times are UTC, ISO 8601 with a Z; dates are ISO 8601. metadata.yml describes every column.

CREATE TABLE people (
    id      TEXT PRIMARY KEY NOT NULL,
    name    TEXT NOT NULL CHECK (name <> ''),
    studio  TEXT CHECK (studio IN ('Paris', 'Bangalore', 'Montréal')),
    role    TEXT
);

CREATE TABLE interviews (
    id         TEXT PRIMARY KEY NOT NULL,
    series     TEXT NOT NULL,
    person_id  TEXT NOT NULL REFERENCES people (id),
    role       TEXT,
    studio     TEXT CHECK (studio IN ('Paris', 'Bangalore', 'Montréal')),
    published  TEXT CHECK (published IS date(published)),
    languages  TEXT NOT NULL CHECK (json_valid(languages))
);

CREATE TABLE captures (
    id           TEXT PRIMARY KEY NOT NULL,
    url          TEXT NOT NULL,
    captured_at  TEXT NOT NULL,
    source       TEXT NOT NULL CHECK (source IN ('site', 'wayback', 'commoncrawl', 'files')),
    kind         TEXT NOT NULL CHECK (kind IN ('response', 'revisit', 'resource', 'conversion')),
    http_status  INTEGER,
    media_type   TEXT,
    digest       TEXT NOT NULL,
    file         TEXT NOT NULL,
    "offset"     INTEGER NOT NULL CHECK ("offset" >= 0)
);

CREATE TABLE posts (
    id            TEXT PRIMARY KEY NOT NULL,
    interview_id  TEXT NOT NULL REFERENCES interviews (id),
    url           TEXT NOT NULL UNIQUE,
    lang          TEXT NOT NULL CHECK (lang IN ('en', 'fr')),
    title         TEXT,
    standfirst    TEXT,
    category      TEXT,
    published     TEXT CHECK (published IS date(published)),
    role          TEXT,
    role_detail   TEXT,
    intro         TEXT,
    call_to_action TEXT,
    status        TEXT NOT NULL CHECK (status IN ('live', 'gone')),
    first_seen    TEXT NOT NULL,
    last_seen     TEXT NOT NULL,
    capture_id    TEXT NOT NULL REFERENCES captures (id),
    found_by      TEXT NOT NULL CHECK (json_valid(found_by))
);

CREATE TABLE questions (
    id        TEXT PRIMARY KEY NOT NULL,
    position  INTEGER NOT NULL UNIQUE CHECK (position > 0),
    text_en   TEXT NOT NULL,
    text_fr   TEXT NOT NULL
);

CREATE TABLE answers (
    id           TEXT PRIMARY KEY NOT NULL,
    post_id      TEXT NOT NULL REFERENCES posts (id),
    person_id    TEXT NOT NULL REFERENCES people (id),
    question_id  TEXT REFERENCES questions (id),
    position     INTEGER NOT NULL CHECK (position > 0),
    lang         TEXT NOT NULL CHECK (lang IN ('en', 'fr')),
    question     TEXT NOT NULL CHECK (question <> ''),
    answer       TEXT NOT NULL,
    word_count   INTEGER NOT NULL CHECK (word_count >= 0),
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
    position  INTEGER NOT NULL CHECK (position > 0),
    url       TEXT,
    alt       TEXT,
    caption   TEXT
);

CREATE TABLE versions (
    id           TEXT PRIMARY KEY NOT NULL,
    post_id      TEXT NOT NULL REFERENCES posts (id),
    number       INTEGER NOT NULL CHECK (number > 0),
    capture_id   TEXT NOT NULL REFERENCES captures (id),
    captured_at  TEXT NOT NULL,
    changed      TEXT NOT NULL CHECK (json_valid(changed)),
    UNIQUE (post_id, number)
);

CREATE TABLE findings (
    id        TEXT PRIMARY KEY NOT NULL,
    severity  TEXT NOT NULL CHECK (severity IN ('error', 'warning', 'note')),
    code      TEXT NOT NULL,
    post_id   TEXT REFERENCES posts (id),
    message   TEXT NOT NULL,
    quote     TEXT
);

CREATE TABLE runs (
    id         TEXT PRIMARY KEY NOT NULL,
    source     TEXT NOT NULL,
    started    TEXT NOT NULL,
    finished   TEXT,
    requests   INTEGER NOT NULL,
    bytes      INTEGER NOT NULL,
    fetched    INTEGER NOT NULL,
    unchanged  INTEGER NOT NULL,
    gone       INTEGER NOT NULL,
    failed     INTEGER NOT NULL,
    new        INTEGER NOT NULL,
    changed    INTEGER NOT NULL
);

CREATE INDEX interviews_person ON interviews (person_id);
CREATE INDEX interviews_published ON interviews (published);
CREATE INDEX posts_interview ON posts (interview_id);
CREATE INDEX posts_capture ON posts (capture_id);
CREATE INDEX answers_question ON answers (question_id, lang);
CREATE INDEX answers_person ON answers (person_id);
CREATE INDEX nominations_nominee ON nominations (nominee_id);
CREATE INDEX evidence_nomination ON evidence (nomination_id);
CREATE INDEX evidence_post ON evidence (post_id);
CREATE INDEX images_post ON images (post_id);
CREATE INDEX versions_capture ON versions (capture_id);
CREATE INDEX findings_post ON findings (post_id);
CREATE INDEX captures_url ON captures (url, captured_at);

-- Accents are folded by the tokenizer, English inflection by porter; `stems` holds the Snowball
-- stems of the row's own language, so that French inflection is found too. rowid is answers.rowid.
CREATE VIRTUAL TABLE answers_fts USING fts5 (
    question, answer, person, stems,
    tokenize = "porter unicode61 remove_diacritics 2"
);

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

CREATE VIEW baton AS
SELECT
    nominator.name  AS nominator,
    nominee.name    AS nominee,
    nominations.status AS status,
    (SELECT min(published) FROM interviews WHERE person_id = nominator.id) AS nominator_published,
    (SELECT min(published) FROM interviews WHERE person_id = nominee.id)   AS nominee_published,
    nominator.id    AS nominator_id,
    nominee.id      AS nominee_id
FROM nominations
JOIN people AS nominator ON nominator.id = nominations.nominator_id
JOIN people AS nominee ON nominee.id = nominations.nominee_id
ORDER BY nominator_published, nominator.id, nominee.id;

CREATE VIEW waiting AS
SELECT
    nominee.id      AS person_id,
    nominee.name    AS name,
    group_concat(nominator.name, ', ') AS named_by,
    max((SELECT min(published) FROM interviews WHERE person_id = nominator.id)) AS named_on
FROM nominations
JOIN people AS nominee ON nominee.id = nominations.nominee_id
JOIN people AS nominator ON nominator.id = nominations.nominator_id
WHERE NOT EXISTS (SELECT 1 FROM interviews WHERE interviews.person_id = nominee.id)
GROUP BY nominee.id
ORDER BY nominee.name;
