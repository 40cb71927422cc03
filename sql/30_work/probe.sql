-- A job that only says that it was done: `bellwether jobs probe` measures with it.

insert into work.kind as known (name, description, max_attempts)
values (
    'probe', 'Answer on a channel, to show that the queue works from end to end.', 3
)
on conflict (name) do update set description = excluded.description
    where known.description is distinct from excluded.description;
