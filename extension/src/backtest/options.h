/*-------------------------------------------------------------------------
 *
 * options.h
 *	  Options of a backtest from jsonb.
 *
 *-------------------------------------------------------------------------
 */
#ifndef BACKTEST_OPTIONS_H
#define BACKTEST_OPTIONS_H

#include "utils/jsonb.h"

#include "backtest/backtest.h"

/* For which of the two aggregates an option is: flags */
typedef enum BacktestScope
{
	BACKTEST_SINGLE = 1,
	BACKTEST_PORTFOLIO = 2,
	BACKTEST_EACH = BACKTEST_SINGLE | BACKTEST_PORTFOLIO
} BacktestScope;

/*
 * Raises an error for what it does not know or cannot be; NULL is all as
 * usual.
 */
extern BacktestOptions BacktestReadOptions(Jsonb *document,
										   BacktestScope scope);

#endif							/* BACKTEST_OPTIONS_H */
