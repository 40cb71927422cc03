/*-------------------------------------------------------------------------
 *
 * bellwether.h
 *	  What the families of the extension share: one Init each, and what belongs to none.
 *
 *-------------------------------------------------------------------------
 */
#ifndef BELLWETHER_H
#define BELLWETHER_H

extern void HnswInit(void);
extern void IvfflatInit(void);
extern void TenantInit(void);
extern void VectorInit(void);
extern void GraphInit(void);
extern void CypherInit(void);

/* relation.c */
extern void RequireRelation(Oid relid);

#endif							/* BELLWETHER_H */
