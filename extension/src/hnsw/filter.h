/*-------------------------------------------------------------------------
 *
 * filter.h
 *	  Scans whose rows the executor tests.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HNSW_FILTER_H
#define HNSW_FILTER_H

extern void HnswFilterInit(void);

#endif							/* HNSW_FILTER_H */
