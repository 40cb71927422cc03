/*-------------------------------------------------------------------------
 *
 * sparql.c
 *	  The functions people call: sparql and sparql_sql.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "cypher/execute.h"
#include "sparql/sparql.h"

PG_FUNCTION_INFO_V1(sparql);
PG_FUNCTION_INFO_V1(sparql_sql);

/* IRIs as JSON-LD writes them: {"@id": "node:XOM"} */
static CypherValue
Shown(const CypherValue *term)
{
	CypherValue pair[2];

	if (!IriText(term, &pair[1]))
		return *term;
	pair[0] = TextValue("@id");
	return MapValue(pair, 1);
}

static void
ShowRow(CypherValue *items, int n)
{
	for (int k = 0; k < n; k++)
		items[k] = Shown(&items[k]);
}

Datum
sparql(PG_FUNCTION_ARGS)
{
	RunReadQuery(fcinfo, CompileSparql, ShowRow);
	PG_RETURN_NULL();
}

Datum
sparql_sql(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(QuerySql(fcinfo, CompileSparql));
}
