/*-------------------------------------------------------------------------
 *
 * order.h
 *	  What the orders of all types share: the seven functions that a btree and
 *	  its operators want, from one comparison.
 *
 *-------------------------------------------------------------------------
 */
#ifndef VECTOR_ORDER_H
#define VECTOR_ORDER_H

#include "fmgr.h"

/* One of them: what it makes of the comparison, as a boolean or as a number. */
#define ORDER_FUNCTION(name, RETURN, result) \
PG_FUNCTION_INFO_V1(name); \
Datum \
name(PG_FUNCTION_ARGS) \
{ \
	RETURN(result); \
} \
extern Datum name(PG_FUNCTION_ARGS)

/* type_lt to type_cmp; compare takes fcinfo and gives less than, equal or greater than 0 */
#define ORDER_FUNCTIONS(type, compare) \
ORDER_FUNCTION(type##_lt, PG_RETURN_BOOL, compare(fcinfo) < 0); \
ORDER_FUNCTION(type##_le, PG_RETURN_BOOL, compare(fcinfo) <= 0); \
ORDER_FUNCTION(type##_eq, PG_RETURN_BOOL, compare(fcinfo) == 0); \
ORDER_FUNCTION(type##_ne, PG_RETURN_BOOL, compare(fcinfo) != 0); \
ORDER_FUNCTION(type##_ge, PG_RETURN_BOOL, compare(fcinfo) >= 0); \
ORDER_FUNCTION(type##_gt, PG_RETURN_BOOL, compare(fcinfo) > 0); \
ORDER_FUNCTION(type##_cmp, PG_RETURN_INT32, compare(fcinfo))

#endif							/* VECTOR_ORDER_H */
