/// Trading.
