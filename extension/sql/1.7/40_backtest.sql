-- Several trades at once: the option positions.

comment on aggregate backtest(
    timestamptz, double precision, double precision, double precision,
    double precision, boolean, boolean, jsonb
) is 'Plays signals against bars. Options: cash; sizing fraction, fixed, volatility or kelly, with size (fraction: of the equity that is free), unit (0: any quantity), leverage and lookback; positions open at once (1; each has its own stops, all leave together); side long, short or both; fill open (of the next bar) or close; fee, fee_fixed, slippage; stop_loss, take_profit, trailing_stop (fractions), time_stop (bars), reference entry or signal; periods a year; equity_curve.';
