/*-------------------------------------------------------------------------
 *
 * queue.h
 *	  What the two bulk steps of the queue share: a table that rows are
 *	  changed in, its columns by name, and lists of numbers.
 *
 * The queue decides in SQL which jobs a worker gets and which have ended. What
 * is then done to each of them is always the same, a thousand times a batch,
 * and done here: through the table's access method and its indexes, with its
 * constraints, without a plan.
 *
 *-------------------------------------------------------------------------
 */
#ifndef QUEUE_H
#define QUEUE_H

#include "nodes/execnodes.h"
#include "utils/acl.h"
#include "utils/array.h"

/* A table whose rows are changed, one statement long */
typedef struct QueueTable
{
	Relation	relation;
	EState	   *estate;
	ResultRelInfo *result;
} QueueTable;

/* Raises an error unless the caller may do that to all rows of the table */
extern void QueueOpen(QueueTable *table, Oid relation, AclMode rights);
extern void QueueClose(QueueTable *table);

/* Raises an error if there is none of this name and type */
extern AttrNumber QueueColumn(Relation relation, const char *name, Oid type);

/* The elements of a list without nulls */
extern Datum *QueueElements(ArrayType *array, Oid type, int *count);

/* Of a row that is in its table already */
extern void QueueInsertIndexEntries(ResultRelInfo *table, TupleTableSlot *row,
									EState *estate);

#endif							/* QUEUE_H */
