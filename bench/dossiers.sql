-- The partial sums of ranking/dossiers/rows.py in DuckDB's SQL, for the comparison in bench/dossiers.py.
-- Views expected: dossiers (the files), calendar (day, number, index, next, month, closed).
CREATE OR REPLACE TEMP VIEW dated AS
SELECT d.*, coalesce(d.done, d.returned, d.stopped) AS ended,
       r.number AS r_number, r.index AS r_index, r.month AS received_month, due.next AS due_next
FROM dossiers d
LEFT JOIN calendar r ON r.day = d.received
LEFT JOIN calendar due ON due.day = d.due;

CREATE OR REPLACE TEMP VIEW known AS
SELECT d.*, coalesce(e.month, 0) AS end_month, e.closed, e.next - d.waited AS spent, coalesce(d.due_next, -1) AS last_day_allowed,
       least(greatest(e.index - r_index - waited, 0), 2000) AS working_days,
       least(greatest(e.number - r_number - waited, 0), 2000) AS calendar_days
FROM dated d LEFT JOIN calendar e ON e.day = d.ended;

CREATE OR REPLACE TEMP VIEW classified AS
SELECT *, (end_month <> 0 AND last_day_allowed <> -1) AS timed,
       (end_month <> 0 AND last_day_allowed <> -1 AND spent <= last_day_allowed AND supplements < 2) AS on_time,
       (end_month <> 0 AND last_day_allowed <> -1 AND spent = last_day_allowed AND supplements < 2) AS last_day,
       CASE WHEN end_month = 0 AND state = 2 THEN 1000000 WHEN last_day_allowed = -1 THEN -1 ELSE last_day_allowed + waited END AS "last",
       CAST(supplements >= 2 AS INTEGER) AS asked_twice, r_index + waited AS began,
       CASE WHEN state IN (5, 6) OR (done IS NULL AND returned IS NULL) THEN 2 ELSE 1 END AS outcome,
       CASE WHEN channel IN (1, 2, 3) THEN 1 WHEN channel = 4 THEN 2 WHEN channel = 5 THEN 3 ELSE 0 END AS way,
       received_month // 12 AS received_year
FROM known;

-- table: events
SELECT intake, decision, field, received_month, end_month, count(*) AS n,
       countif(channel = 1) AS "full", countif(channel = 2) AS partial, countif(channel IN (1, 2, 3)) AS online,
       countif(channel = 4) AS in_person, countif(channel = 5) AS post, countif(channel <> 0) AS channel_known,
       countif(channel NOT IN (0, 3)) AS kind_known,
       countif(fee_owed AND paid_online IS NOT NULL) AS fee_owed,
       countif(NOT fee_owed OR (fee_owed AND paid_online IS NOT NULL)) AS fee_known, countif(fee_owed AND paid_online) AS paid_online,
       countif(e_result) AS e_result_yes, count(e_result) AS e_result_known,
       countif(digitised) AS digitised_yes, count(digitised) AS digitised_known,
       countif(reused) AS reused_yes, count(reused) AS reused_known,
       countif(timed) AS timed, countif(on_time) AS on_time, countif(last_day) AS last_day,
       countif(done IS NOT NULL AND returned IS NOT NULL) AS handed_out, countif(returned > done) AS handed_out_later,
       sum(asked_twice) AS asked_twice, count(supplements) AS supplements_known,
       count(apologised) AS apologised_known, countif(timed AND NOT on_time AND apologised IS NOT NULL) AS late_told,
       countif(timed AND NOT on_time AND apologised) AS late_apologised
FROM classified GROUP BY ALL;

-- table: days
SELECT intake, end_month, working_days, calendar_days, count(*) AS n
FROM classified WHERE end_month <> 0 GROUP BY ALL;

-- table: open
SELECT intake, field, procedure, way, received_month, "last", asked_twice, began, count(*) AS n
FROM classified WHERE end_month = 0 GROUP BY ALL;

-- table: overdue
SELECT intake, field, received_month, end_month, "last", count(*) AS n
FROM classified
WHERE end_month <> 0 AND received_month < end_month AND "last" <> -1 AND closed > "last" GROUP BY ALL;

-- table: due
SELECT intake, field, "last", count(*) AS n, countif(on_time) AS on_time
FROM classified WHERE end_month <> 0 AND "last" <> -1 GROUP BY ALL;

-- table: waits
SELECT intake, field, way, received_month, working_days, outcome, count(*) AS n
FROM classified WHERE end_month <> 0 GROUP BY ALL;

-- table: procedure_waits
SELECT intake, procedure, received_year, working_days, outcome, count(*) AS n
FROM classified WHERE end_month <> 0 GROUP BY ALL;

-- table: procedures
SELECT province, field, procedure, end_month, working_days, count(*) AS n,
       countif(timed) AS timed, countif(on_time) AS on_time, countif(last_day) AS last_day
FROM classified WHERE end_month <> 0 GROUP BY ALL;
