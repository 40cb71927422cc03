-- A single enqueue is one insert, and a check constraint is read from its text and compiled
-- anew by each statement: these two took 73,000 of the 492,000 instructions of a call of
-- work.enqueue (callgrind, 2026-11-21). Nobody but the queue's functions may write the
-- table; sql/tests/30_work/job_rules.psql holds each of them to the same two rules.

alter table work.job drop constraint job_state;
alter table work.job drop constraint job_leased;
