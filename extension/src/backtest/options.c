/*-------------------------------------------------------------------------
 *
 * options.c
 *	  Options of a backtest from jsonb: {"cash": 10000, "stop_loss": 0.05}.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

#include "backtest/options.h"

typedef enum OptionType
{
	OPTION_NUMBER,
	OPTION_WHOLE,				/* int */
	OPTION_FLAG,				/* bool */
	OPTION_WORD					/* an enum, in the order of its words */
} OptionType;

typedef struct Option
{
	const char *name;
	BacktestScope scope;
	OptionType	type;
	Size		offset;			/* in BacktestOptions */
	double		minimum;
	double		maximum;
	const char *words[5];		/* ends with NULL */
} Option;

#define FIELD(name)		offsetof(BacktestOptions, name)

/* Most money, units or times of leverage that make sense */
#define MOST			1e15

static const Option known[] = {
	{"cash", BACKTEST_EACH, OPTION_NUMBER, FIELD(cash), 1e-9, MOST, {NULL}},
	{"sizing", BACKTEST_SINGLE, OPTION_WORD, FIELD(sizing), 0, 0,
	{"fraction", "fixed", "volatility", "kelly", NULL}},
	{"size", BACKTEST_EACH, OPTION_NUMBER, FIELD(size), 1e-9, MOST, {NULL}},
	{"unit", BACKTEST_EACH, OPTION_NUMBER, FIELD(unit), 0, MOST, {NULL}},
	{"leverage", BACKTEST_SINGLE, OPTION_NUMBER, FIELD(leverage), 1e-3, 1000, {NULL}},
	{"lookback", BACKTEST_SINGLE, OPTION_WHOLE, FIELD(lookback), 2, BACKTEST_MAX_LOOKBACK, {NULL}},
	{"side", BACKTEST_SINGLE, OPTION_WORD, FIELD(side), 0, 0, {"long", "short", "both", NULL}},
	{"fill", BACKTEST_SINGLE, OPTION_WORD, FIELD(fill), 0, 0, {"open", "close", NULL}},
	{"fee", BACKTEST_EACH, OPTION_NUMBER, FIELD(fee), 0, 0.5, {NULL}},
	{"fee_fixed", BACKTEST_EACH, OPTION_NUMBER, FIELD(fee_fixed), 0, MOST, {NULL}},
	{"slippage", BACKTEST_EACH, OPTION_NUMBER, FIELD(slippage), 0, 0.5, {NULL}},
	{"stop_loss", BACKTEST_EACH, OPTION_NUMBER, FIELD(stop_loss), 0, 0.999999, {NULL}},
	{"take_profit", BACKTEST_EACH, OPTION_NUMBER, FIELD(take_profit), 0, 1e6, {NULL}},
	{"trailing_stop", BACKTEST_EACH, OPTION_NUMBER, FIELD(trailing_stop), 0, 0.999999, {NULL}},
	{"time_stop", BACKTEST_EACH, OPTION_WHOLE, FIELD(time_stop), 0, 1e9, {NULL}},
	{"reference", BACKTEST_EACH, OPTION_WORD, FIELD(reference), 0, 0, {"entry", "signal", NULL}},
	{"positions", BACKTEST_SINGLE, OPTION_WHOLE, FIELD(positions), 1, BACKTEST_MAX_POSITIONS, {NULL}},
	{"periods", BACKTEST_EACH, OPTION_NUMBER, FIELD(periods), 1e-9, 1e9, {NULL}},
	{"max_position_fraction", BACKTEST_PORTFOLIO, OPTION_NUMBER,
	FIELD(max_position_fraction), 0, 1, {NULL}},
	{"max_sector_fraction", BACKTEST_PORTFOLIO, OPTION_NUMBER,
	FIELD(max_sector_fraction), 0, 1, {NULL}},
	{"max_positions", BACKTEST_PORTFOLIO, OPTION_WHOLE, FIELD(max_positions), 0, 1e6, {NULL}},
	{"equity_curve", BACKTEST_EACH, OPTION_FLAG, FIELD(equity_curve), 0, 0, {NULL}},
};

/*
 * The limits are those that live trading has at first.
 */
static BacktestOptions
Defaults(void)
{
	BacktestOptions options = {0};

	options.cash = 10000;
	options.unit = 1;
	options.leverage = 1;
	options.lookback = 20;
	options.positions = 1;
	options.periods = PERFORMANCE_PERIODS;
	options.max_position_fraction = 0.20;
	options.max_sector_fraction = 0.30;
	options.max_positions = 10;
	return options;
}

static void
RefuseName(const char *name, BacktestScope scope)
{
	StringInfoData names;

	initStringInfo(&names);
	for (int i = 0; i < lengthof(known); i++)
		if (known[i].scope & scope)
			appendStringInfo(&names, "%s%s", names.len > 0 ? ", " : "",
							 known[i].name);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unknown backtest option \"%s\"", name),
			 errhint("Options are %s.", names.data)));
}

static const Option *
FindOption(const char *name, BacktestScope scope)
{
	for (int i = 0; i < lengthof(known); i++)
		if ((known[i].scope & scope) && strcmp(known[i].name, name) == 0)
			return &known[i];
	RefuseName(name, scope);
	return NULL;				/* not reached */
}

static void
RefuseType(const Option *option, const char *wanted)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("backtest option \"%s\" must be %s", option->name,
					wanted)));
}

static double
ReadNumber(const Option *option, const JsonbValue *value)
{
	double		number;

	if (value->type != jbvNumeric)
		RefuseType(option, "a number");
	number = DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow,
												NumericGetDatum(value->val.numeric)));
	if (!(number >= option->minimum && number <= option->maximum))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("backtest option \"%s\" must be between %g and %g",
						option->name, option->minimum, option->maximum)));
	if (option->type == OPTION_WHOLE && number != floor(number))
		RefuseType(option, "a whole number");
	return number;
}

static int
ReadWord(const Option *option, const JsonbValue *value)
{
	StringInfoData words;

	initStringInfo(&words);
	for (int i = 0; option->words[i]; i++)
	{
		const char *word = option->words[i];

		if (value->type == jbvString &&
			value->val.string.len == strlen(word) &&
			memcmp(value->val.string.val, word, strlen(word)) == 0)
			return i;
		appendStringInfo(&words, "%s\"%s\"", i > 0 ? ", " : "", word);
	}
	RefuseType(option, psprintf("one of %s", words.data));
	return 0;					/* not reached */
}

static void
ReadOption(BacktestOptions *options, const Option *option,
		   const JsonbValue *value)
{
	char	   *field = (char *) options + option->offset;

	switch (option->type)
	{
		case OPTION_NUMBER:
			*(double *) field = ReadNumber(option, value);
			break;
		case OPTION_WHOLE:
			*(int *) field = (int) ReadNumber(option, value);
			break;
		case OPTION_FLAG:
			if (value->type != jbvBool)
				RefuseType(option, "true or false");
			*(bool *) field = value->val.boolean;
			break;
		case OPTION_WORD:
			*(int *) field = ReadWord(option, value);
			break;
	}
}

/*
 * What size may be depends on what it is the size of.
 */
static void
CheckSize(BacktestOptions *options, BacktestScope scope)
{
	bool		share = options->sizing == BACKTEST_FRACTION ||
	options->sizing == BACKTEST_KELLY;

	if (options->size == 0 && scope == BACKTEST_PORTFOLIO)
		options->size = options->max_position_fraction;
	else if (options->size == 0 && share)
		options->size = 1;
	if (options->size == 0 && !share)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("backtest option \"size\" is missing"),
				 errdetail("It is a number of units for sizing \"fixed\", "
						   "the volatility of a year for \"volatility\".")));
	if (share && options->size > 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("backtest option \"size\" must be between 0 and 1"),
				 errdetail("It is a share of the equity."),
				 scope == BACKTEST_SINGLE
				 ? errhint("Use \"leverage\" for more.") : 0));
}

static void
ReadDocument(BacktestOptions *options, Jsonb *document, BacktestScope scope)
{
	JsonbIterator *iterator = JsonbIteratorInit(&document->root);
	JsonbIteratorToken token;
	JsonbValue	value;
	const Option *option = NULL;

	if (!JB_ROOT_IS_OBJECT(document))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("backtest options must be a JSON object")));
	token = JsonbIteratorNext(&iterator, &value, false);
	while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE)
	{
		if (token == WJB_KEY)
			option = FindOption(pnstrdup(value.val.string.val,
										 value.val.string.len), scope);
		else if (token == WJB_VALUE)
			ReadOption(options, option, &value);
	}
}

BacktestOptions
BacktestReadOptions(Jsonb *document, BacktestScope scope)
{
	BacktestOptions options = Defaults();

	if (document)
		ReadDocument(&options, document, scope);
	CheckSize(&options, scope);
	return options;
}
