-- The ledger's schema. Amounts are in units of their currency, power in gigawatts, dates ISO 8601 as precise as told.
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- One row a text: the same text read again is the same article.
CREATE TABLE articles (
    sha256 TEXT PRIMARY KEY,
    id TEXT NOT NULL, lang TEXT, title TEXT, url TEXT, site TEXT, published TEXT, published_from TEXT,
    extractor_version TEXT NOT NULL,
    text TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE mentions (
    article TEXT NOT NULL REFERENCES articles (sha256) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    type TEXT NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL, text TEXT NOT NULL,
    norm TEXT, mod TEXT, value REAL, low REAL, high REAL, currency TEXT, qualifier TEXT, rule TEXT,
    PRIMARY KEY (article, position)
) WITHOUT ROWID;
CREATE INDEX mentions_norm ON mentions (norm);

-- A deal as one article tells it; never changed by what another says.
CREATE TABLE deals (
    key TEXT PRIMARY KEY,
    article TEXT NOT NULL REFERENCES articles (sha256) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    event TEXT,
    date TEXT, type TEXT, amount REAL, amount_low REAL, amount_high REAL, currency TEXT, amount_qualifier TEXT,
    power_gw REAL, power_qualifier TEXT, stake_percent REAL, term_years REAL, status TEXT, source TEXT,
    evidence TEXT NOT NULL, evidence_start INTEGER NOT NULL, evidence_end INTEGER NOT NULL, confidence REAL,
    record TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX deals_event ON deals (event);

-- The sides of a deal: role is party, payer or payee.
CREATE TABLE sides (
    deal TEXT NOT NULL REFERENCES deals (key) ON DELETE CASCADE,
    role TEXT NOT NULL, organisation TEXT NOT NULL,
    PRIMARY KEY (deal, role, organisation)
) WITHOUT ROWID;
CREATE INDEX sides_organisation ON sides (organisation);

-- Deals of several articles that tell one event, merged: slots are what most of them say, and those that belong together
-- (an amount and its currency, the sides) are of one telling.
CREATE TABLE events (
    event TEXT PRIMARY KEY,
    date TEXT, payer TEXT, payee TEXT, parties TEXT, type TEXT, amount REAL, amount_low REAL, amount_high REAL,
    currency TEXT, amount_qualifier TEXT, power_gw REAL, power_qualifier TEXT, stake_percent REAL, term_years REAL,
    status TEXT, sources INTEGER NOT NULL, first_told TEXT, last_told TEXT, confidence REAL
) WITHOUT ROWID;

CREATE TABLE event_sides (
    event TEXT NOT NULL REFERENCES events (event) ON DELETE CASCADE,
    role TEXT NOT NULL, organisation TEXT NOT NULL,
    PRIMARY KEY (event, role, organisation)
) WITHOUT ROWID;
CREATE INDEX event_sides_organisation ON event_sides (organisation);

-- What each article says of each slot of an event.
CREATE TABLE claims (
    event TEXT NOT NULL REFERENCES events (event) ON DELETE CASCADE,
    slot TEXT NOT NULL, value TEXT NOT NULL, deal TEXT NOT NULL REFERENCES deals (key) ON DELETE CASCADE,
    PRIMARY KEY (event, slot, value, deal)
) WITHOUT ROWID;

-- Slots on which the sources of an event do not agree. A date that only tells less of another agrees with it.
CREATE VIEW conflicts AS
SELECT c.event, c.slot, c.value, a.id AS article, a.published, a.url, d.evidence
FROM claims c JOIN deals d ON d.key = c.deal JOIN articles a ON a.sha256 = d.article
WHERE EXISTS (
    SELECT 1 FROM claims o WHERE o.event = c.event AND o.slot = c.slot AND o.value <> c.value
    AND NOT (c.slot = 'date' AND (instr(o.value, c.value) = 1 OR instr(c.value, o.value) = 1))
)
ORDER BY c.event, c.slot, c.value, a.id;

CREATE VIEW biggest_deals_by_year AS
SELECT substr(coalesce(date, first_told), 1, 4) AS year, currency, amount, amount_qualifier, payer, payee, type, status,
       sources, event, row_number() OVER (PARTITION BY substr(coalesce(date, first_told), 1, 4), currency
                                          ORDER BY amount DESC, event) AS rank
FROM events WHERE amount IS NOT NULL ORDER BY year DESC, currency, rank;

-- Who pays whom: filter on payee ("who paid OpenAI") or payer.
CREATE VIEW payments AS
SELECT p.organisation AS payer, q.organisation AS payee, e.date, e.type, e.amount, e.currency, e.amount_qualifier,
       e.power_gw, e.status, e.sources, e.event
FROM events e
JOIN event_sides p ON p.event = e.event AND p.role = 'payer'
JOIN event_sides q ON q.event = e.event AND q.role = 'payee'
ORDER BY e.amount DESC, e.event, payer, payee;

CREATE VIEW gigawatts_by_customer AS
SELECT p.organisation AS customer, round(sum(e.power_gw), 6) AS gigawatts, count(*) AS deals
FROM events e JOIN event_sides p ON p.event = e.event AND p.role = 'payer'
WHERE e.power_gw IS NOT NULL GROUP BY p.organisation ORDER BY gigawatts DESC, customer;

-- Circular deals of two and of three: money that comes back.
CREATE VIEW loops AS
SELECT a.payer || ' > ' || a.payee || ' > ' || a.payer AS loop, a.event AS first, b.event AS second, NULL AS third
FROM payments a JOIN payments b ON b.payer = a.payee AND b.payee = a.payer WHERE a.payer < a.payee
UNION
SELECT a.payer || ' > ' || b.payer || ' > ' || c.payer || ' > ' || a.payer, a.event, b.event, c.event
FROM payments a JOIN payments b ON b.payer = a.payee JOIN payments c ON c.payer = b.payee AND c.payee = a.payer
WHERE a.payer < b.payer AND a.payer < c.payer AND b.payer <> c.payer;
