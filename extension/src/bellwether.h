/*-------------------------------------------------------------------------
 *
 * bellwether.h
 *	  What the families of the extension share: one Init each.
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

#endif							/* BELLWETHER_H */
