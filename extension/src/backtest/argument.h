/*-------------------------------------------------------------------------
 *
 * argument.h
 *	  What the two aggregates do alike with their arguments and their memory.
 *
 *-------------------------------------------------------------------------
 */
#ifndef BACKTEST_ARGUMENT_H
#define BACKTEST_ARGUMENT_H

#include "fmgr.h"
#include "utils/jsonb.h"

#include "backtest/backtest.h"

/* The options of a row; NULL where there are none */
extern Jsonb *BacktestGetOptions(FunctionCallInfo fcinfo, int argument);

/* A copy in the aggregate's context */
extern Jsonb *BacktestKeepOptions(MemoryContext context,
								  const Jsonb *document);

/* Raises an error if the row's options are others */
extern void BacktestCheckOptions(FunctionCallInfo fcinfo, int argument,
								 const Jsonb *document);

/*
 * ts; open, high, low, close, enter and leave from argument on. False if a
 * price is missing or cannot be; a signal that is not known is none.
 */
extern bool BacktestReadBar(FunctionCallInfo fcinfo, int ts, int argument,
							BacktestBar *bar);

/* Makes room for one more element, up to so many */
extern void *BacktestGrow(void *array, Size element, int count, int *room,
						  int most, const char *what);

#endif							/* BACKTEST_ARGUMENT_H */
