\echo Use "CREATE EXTENSION vector" to load this file. \quit
-- Empty on purpose: type vector and all that belongs to it come from bellwether.
