-- New quotes of an instrument that somebody holds with an exit plan -> match_orders of
-- that account, which looks at its exits first.

create or replace trigger _510_quotes_watched after insert on market.quote
referencing new table as changed
for each statement execute function market.on_bars_watched();
create or replace trigger _510_quotes_watched_updated after update on market.quote
referencing new table as changed
for each statement execute function market.on_bars_watched();
