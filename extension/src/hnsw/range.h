/*-------------------------------------------------------------------------
 *
 * range.h
 *	  Scans that end at a distance.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HNSW_RANGE_H
#define HNSW_RANGE_H

#include "hnsw/scan.h"

/* range.c */
extern void HnswRangeInit(void);
extern bool HnswRangeCenter(IndexScanDesc scan, Datum *center, bool *isnull);
extern double HnswRangeLimit(IndexScanDesc scan, HnswScan *state);

/* sphere.c */
extern bool HnswReadSphere(Datum sphere, Datum *center, double *radius);

#endif							/* HNSW_RANGE_H */
