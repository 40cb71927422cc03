-- A snapshot in words, as an analyst would put it; at most 48 word pieces of BERT's.
-- Example: AAPL 2018-02-05 down 2.5%, month down 9%, trend down stressed, rsi 33,
--          13% below high, heavy volume, vix 37 rising

-- Example: market._percent_text(0.0251, 1) -> up 2.5%, (-0.123, 1) -> down 12%
create or replace function market._percent_text(
    fraction double precision, digits integer
)
returns text
language sql immutable parallel safe
return case
    when fraction is null then null
    when abs(fraction) < 0.5 / 100 / 10 ^ digits then 'flat'
    else case when fraction > 0 then 'up ' else 'down ' end
        || round(
            (100 * least(abs(fraction), 9.99))::numeric,
            case when abs(fraction) < 0.0995 then digits else 0 end
        ) || '%'
end;
comment on function market._percent_text(double precision, integer) is
'A return in words; digits after the point count below 10 %.';

create or replace function market.snapshot_text(
    symbol text,
    ts timestamptz,
    return_1 double precision,
    return_20 double precision,
    trend_state text,
    volatility_state text,
    rsi_14 double precision,
    drawdown_252 double precision,
    volume_zscore double precision,
    vix double precision,
    vix_change_5 double precision
)
returns text
-- to_char is called stable for its localised patterns; these have none.
language sql immutable parallel safe
return concat_ws(
    ', ',
    -- Each sign of a symbol, and each group and hyphen of a date, may be a piece.
    left(symbol, 7) || ' '
    || to_char(ts at time zone 'UTC', case
        when extract(epoch from ts) % 86400 = 0 then 'YYYY-MM-DD' else 'MM-DD HH24:MI'
    end)
    || coalesce(' ' || market._percent_text(return_1, 1), ''),
    'month ' || market._percent_text(return_20, 0),
    'trend ' || trend_state || coalesce(' ' || volatility_state, ''),
    'rsi ' || round(rsi_14::numeric),
    case
        when drawdown_252 = 0 then 'at high'
        else round((-100 * drawdown_252)::numeric) || '% below high'
    end,
    case
        when volume_zscore > 1.5 then 'heavy volume'
        when volume_zscore < -1.5 then 'thin volume'
    end,
    'vix ' || round(case when vix > 999 then 999 else vix end::numeric) || case
        when vix_change_5 > 0.15 then ' rising'
        when vix_change_5 < -0.15 then ' falling'
        else ''
    end
);
comment on function market.snapshot_text(
    text, timestamptz, double precision, double precision, text, text, double precision,
    double precision, double precision, double precision, double precision
) is 'A snapshot in words, at most 48 word pieces; what is missing is left out.';
