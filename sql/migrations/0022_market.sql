-- Whether anything was corrected since a moment is asked with each last bar: of a moment
-- that is now, without a look at all the corrections there ever were.

create index bar_version_until_idx
on market.bar_version (instrument_id, bar_interval, known_until);
