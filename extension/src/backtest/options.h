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

/* What they are without a word about them */
extern BacktestOptions BacktestDefaults(void);

/* Raises an error for what it does not know or cannot be */
extern BacktestOptions BacktestReadOptions(Jsonb *document);

#endif							/* BACKTEST_OPTIONS_H */
