-- Actions are remembered for a whole cycle: the form for one step went.
drop function if exists agent.remember_actions(bigint, text);
