/*-------------------------------------------------------------------------
 *
 * key.c
 *	  graph_key: the text by which property values are compared in indexes.
 *
 * Values that are equal in Cypher have equal keys: 1, 1.0 and 1.00 are n1.
 * Leakproof: whatever the value is, no error tells of it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"

PG_FUNCTION_INFO_V1(graph_key_property);
PG_FUNCTION_INFO_V1(graph_key_value);

/*
 * A letter for the type, then the value; NULL if the type has no key.
 */
static text *
KeyOf(const JsonbValue *value)
{
	text	   *key;

	switch (value->type)
	{
		case jbvString:
			key = palloc(VARHDRSZ + 1 + value->val.string.len);
			SET_VARSIZE(key, VARHDRSZ + 1 + value->val.string.len);
			VARDATA(key)[0] = 's';
			memcpy(VARDATA(key) + 1, value->val.string.val,
				   value->val.string.len);
			return key;
		case jbvNumeric:
			{
				Datum		least = DirectFunctionCall1(numeric_trim_scale,
														NumericGetDatum(value->val.numeric));
				char	   *digits = DatumGetCString(DirectFunctionCall1(numeric_out,
																		 least));

				return cstring_to_text(psprintf("n%s", digits));
			}
		case jbvBool:
			return cstring_to_text(value->val.boolean ? "t" : "f");
		default:
			return NULL;
	}
}

Datum
graph_key_property(PG_FUNCTION_ARGS)
{
	Jsonb	   *properties = PG_GETARG_JSONB_P(0);
	text	   *property = PG_GETARG_TEXT_PP(1);
	JsonbValue	found;
	text	   *key = NULL;

	if (JB_ROOT_IS_OBJECT(properties) &&
		getKeyJsonValueFromContainer(&properties->root,
									 VARDATA_ANY(property),
									 VARSIZE_ANY_EXHDR(property), &found) != NULL)
		key = KeyOf(&found);
	if (key == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(key);
}

Datum
graph_key_value(PG_FUNCTION_ARGS)
{
	Jsonb	   *jsonb = PG_GETARG_JSONB_P(0);
	JsonbValue	value;
	text	   *key = NULL;

	if (JB_ROOT_IS_SCALAR(jsonb) && JsonbExtractScalar(&jsonb->root, &value))
		key = KeyOf(&value);
	if (key == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(key);
}
