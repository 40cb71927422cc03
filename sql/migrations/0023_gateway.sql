-- Whether anybody looks at the queue, and when that was last told of a change: two
-- sequences, which are read without a plan and written without a lock that lasts.

create sequence gateway.jobs_watched_until;
comment on sequence gateway.jobs_watched_until is
'Until which second of the epoch changes of the queue are announced.';
create sequence gateway.jobs_announced_at;
comment on sequence gateway.jobs_announced_at is
'The second of the epoch in which a change of the queue was last announced.';
