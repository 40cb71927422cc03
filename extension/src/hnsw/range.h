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

extern void HnswRangeInit(void);
extern bool HnswRangeCenter(IndexScanDesc scan, Datum *center, bool *isnull);
extern double HnswRangeLimit(IndexScanDesc scan, HnswScan *state);

#endif							/* HNSW_RANGE_H */
