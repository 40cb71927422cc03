-- Cypher's temporal values: text, parts, arithmetic, truncation, durations
\set VERBOSITY terse
\pset tuples_only on
\pset format unaligned
select create_graph('times');

select cypher('times', 'UNWIND [''2015-07-21'', ''20150721'', ''2015-07'', ''2015-W30-2'', ''2015W302'', ''2015-202'', ''2015'', ''-0044-03-15'', ''+999999999-12-31''] AS t RETURN date(t) AS d');
select cypher('times', 'UNWIND [''21:40:32.142+0100'', ''214032-0130'', ''21:40Z'', ''2140'', ''21''] AS t RETURN time(t) AS t');
select cypher('times', 'RETURN localdatetime(''2015-W30T2140'') AS l, datetime(''2015-07-21T21:40:32.142[Europe/London]'') AS z, datetime(''2015-07-21T21:40+02:00'') AS o');
select cypher('times', 'UNWIND [''P14DT16H12M'', ''P5M1.5D'', ''P0.75M'', ''PT0.75M'', ''P2.5W'', ''P12Y5M14DT16H12M70S'', ''P2012-02-02T14:37:21.545'', ''-P1Y'', ''PT-1.5S''] AS t RETURN duration(t) AS d');

select cypher('times', 'RETURN date({year: 1984, week: 10, dayOfWeek: 3}) AS w, date({year: 1984, quarter: 3, dayOfQuarter: 45}) AS q, date({year: 1984, ordinalDay: 202}) AS o, time({hour: 12, minute: 31, second: 14, millisecond: 645, microsecond: 876, nanosecond: 123}) AS t');
select cypher('times', 'WITH datetime({year: 1984, month: 10, day: 11, hour: 12, timezone: ''Europe/Stockholm''}) AS z RETURN z, datetime({datetime: z, timezone: ''+05:00''}) AS moved, date({date: z, day: 28}) AS d, localtime(z) AS t');
select cypher('times', 'RETURN datetime({epochSeconds: 416779, nanosecond: 1}) AS s, datetime.fromepochmillis(237821673987) AS m');
select cypher('times', 'WITH datetime(''1984-11-11T12:31:14.645876123+01:00'') AS d RETURN d.year AS y, d.quarter AS q, d.week AS w, d.weekYear AS wy, d.ordinalDay AS o, d.dayOfWeek AS wd, d.dayOfQuarter AS dq, d.millisecond AS ms, d.nanosecond AS ns, d.offset AS off, d.offsetMinutes AS om, d.epochSeconds AS e, d.epochMillis AS em');
select cypher('times', 'WITH duration(''P1Y4M10DT1H1M1.1S'') AS d RETURN d.years AS y, d.months AS m, d.monthsOfYear AS moy, d.quarters AS q, d.days AS d, d.hours AS h, d.minutesOfHour AS moh, d.seconds AS s, d.millisecondsOfSecond AS ms');

select cypher('times', 'RETURN date(''2024-01-31'') + duration(''P1M'') AS a, date(''2024-02-29'') - duration({years: 1}) AS b, localtime(''23:00'') + duration(''PT2H'') AS c, datetime(''2017-10-29T00:00[Europe/Stockholm]'') + duration(''PT4H'') AS d');
select cypher('times', 'RETURN duration(''P1M'') * 1.5 AS a, duration(''P1D'') / 2 AS b, duration(''P1Y'') - duration(''P13M'') AS c, -duration(''P1D'') AS d, duration({days: 1, milliseconds: -1}) AS e');
select cypher('times', 'RETURN duration.between(date(''1984-10-11''), localdatetime(''2016-07-21T21:45:22.142'')) AS a, duration.inMonths(date(''2016-07-21''), date(''1984-10-11'')) AS b, duration.inDays(date(''2020-01-01''), date(''2020-03-01'')) AS c, duration.inSeconds(datetime(''2017-10-29T00:00[Europe/Stockholm]''), localdatetime(''2017-10-29T04:00'')) AS d');
select cypher('times', 'UNWIND [''millennium'', ''century'', ''decade'', ''year'', ''weekYear'', ''quarter'', ''month'', ''week'', ''day''] AS u RETURN u, date.truncate(u, date(''2017-11-11'')) AS d');
select cypher('times', 'RETURN datetime.truncate(''hour'', localdatetime(''2017-11-11T12:31:14.645''), {minute: 2, timezone: ''+01:00''}) AS h, localtime.truncate(''millisecond'', localtime(''12:31:14.645876123''), {nanosecond: 2}) AS ms');

select cypher('times', 'RETURN date(''2020-01-01'') < date(''2020-01-02'') AS a, time(''10:00+01:00'') < time(''10:00Z'') AS b, duration(''P1D'') < duration(''P2D'') AS c, duration(''PT24H'') = duration(''P1D'') AS d, date(''2020-01-01'') = localdatetime(''2020-01-01T00:00'') AS e');
select cypher('times', 'RETURN date() = date(datetime()) AS today, duration.inSeconds(datetime(), datetime()) AS none');

-- stored and read again
select cypher('times', 'CREATE (n {d: date(''2024-02-29''), z: datetime(''2024-02-29T12:00[Europe/Berlin]''), p: duration(''P1M''), l: [time(''10:00Z'')], f: 0.0/0.0})');
select cypher('times', 'MATCH (n) RETURN n.d.year AS y, n.z.timezone AS z, n.p AS p, n.l AS l, n.f AS f');
select properties from times.node;

select cypher('times', 'RETURN date(''2015-13-01'')');
select cypher('times', 'RETURN date({year: 2015, day: 1})');
select cypher('times', 'RETURN datetime(''2015-01-01T00:00[Nowhere/Town]'')');
select cypher('times', 'RETURN date(''+999999999-12-31'') + duration(''P1D'')');
-- before 1970 zones are those of tzdb's own data, whatever a packager added
select cypher('times', 'UNWIND [''Europe/Stockholm'', ''Europe/Berlin'', ''Europe/Amsterdam'', ''Europe/Brussels'', ''Asia/Tokyo''] AS z RETURN datetime({year: 1818, month: 7, day: 21, timezone: z}) AS then, datetime({year: 2018, month: 7, day: 21, timezone: z}) AS now');
select drop_graph('times');
