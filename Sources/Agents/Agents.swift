/// Agents.
