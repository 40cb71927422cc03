-- The only schema for outsiders. What it shows is the session's tenant's: its views and
-- functions run as the owner, whom the walls of the tables bind like everybody.
create schema if not exists api;
comment on schema api is 'What analysts and programs may call; names here are stable.';
