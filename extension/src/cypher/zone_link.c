/*-------------------------------------------------------------------------
 *
 * zone_link.c
 *	  Time zones that the time zone database keeps as names of another one.
 *
 * Since its release 2022b zones that agree since 1970 share one history: the
 * file "backward" of tzdb makes Europe/Stockholm a link to Europe/Berlin.
 * Some packagers (Debian is one) add the older histories again, others do
 * not. A query must not answer otherwise on another machine, so before 1970
 * these names mean what tzdb's own data says. After 1970 the server's data
 * is used as it is.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "cypher/temporal.h"

typedef struct ZoneLink
{
	const char *name;
	const char *zone;
} ZoneLink;

/* By name, whatever the case */
static const ZoneLink links[] = {
	{"Africa/Accra", "Africa/Abidjan"},
	{"Africa/Addis_Ababa", "Africa/Nairobi"},
	{"Africa/Asmara", "Africa/Nairobi"},
	{"Africa/Bamako", "Africa/Abidjan"},
	{"Africa/Bangui", "Africa/Lagos"},
	{"Africa/Banjul", "Africa/Abidjan"},
	{"Africa/Blantyre", "Africa/Maputo"},
	{"Africa/Brazzaville", "Africa/Lagos"},
	{"Africa/Bujumbura", "Africa/Maputo"},
	{"Africa/Conakry", "Africa/Abidjan"},
	{"Africa/Dakar", "Africa/Abidjan"},
	{"Africa/Dar_es_Salaam", "Africa/Nairobi"},
	{"Africa/Djibouti", "Africa/Nairobi"},
	{"Africa/Douala", "Africa/Lagos"},
	{"Africa/Freetown", "Africa/Abidjan"},
	{"Africa/Gaborone", "Africa/Maputo"},
	{"Africa/Harare", "Africa/Maputo"},
	{"Africa/Kampala", "Africa/Nairobi"},
	{"Africa/Kigali", "Africa/Maputo"},
	{"Africa/Kinshasa", "Africa/Lagos"},
	{"Africa/Libreville", "Africa/Lagos"},
	{"Africa/Lome", "Africa/Abidjan"},
	{"Africa/Luanda", "Africa/Lagos"},
	{"Africa/Lubumbashi", "Africa/Maputo"},
	{"Africa/Lusaka", "Africa/Maputo"},
	{"Africa/Malabo", "Africa/Lagos"},
	{"Africa/Maseru", "Africa/Johannesburg"},
	{"Africa/Mbabane", "Africa/Johannesburg"},
	{"Africa/Mogadishu", "Africa/Nairobi"},
	{"Africa/Niamey", "Africa/Lagos"},
	{"Africa/Nouakchott", "Africa/Abidjan"},
	{"Africa/Ouagadougou", "Africa/Abidjan"},
	{"Africa/Porto-Novo", "Africa/Lagos"},
	{"America/Anguilla", "America/Puerto_Rico"},
	{"America/Antigua", "America/Puerto_Rico"},
	{"America/Aruba", "America/Puerto_Rico"},
	{"America/Atikokan", "America/Panama"},
	{"America/Blanc-Sablon", "America/Puerto_Rico"},
	{"America/Cayman", "America/Panama"},
	{"America/Creston", "America/Phoenix"},
	{"America/Curacao", "America/Puerto_Rico"},
	{"America/Dominica", "America/Puerto_Rico"},
	{"America/Grenada", "America/Puerto_Rico"},
	{"America/Guadeloupe", "America/Puerto_Rico"},
	{"America/Montserrat", "America/Puerto_Rico"},
	{"America/Nassau", "America/Toronto"},
	{"America/Port_of_Spain", "America/Puerto_Rico"},
	{"America/St_Kitts", "America/Puerto_Rico"},
	{"America/St_Lucia", "America/Puerto_Rico"},
	{"America/St_Thomas", "America/Puerto_Rico"},
	{"America/St_Vincent", "America/Puerto_Rico"},
	{"America/Tortola", "America/Puerto_Rico"},
	{"Antarctica/DumontDUrville", "Pacific/Port_Moresby"},
	{"Antarctica/McMurdo", "Pacific/Auckland"},
	{"Antarctica/Syowa", "Asia/Riyadh"},
	{"Asia/Aden", "Asia/Riyadh"},
	{"Asia/Bahrain", "Asia/Qatar"},
	{"Asia/Brunei", "Asia/Kuching"},
	{"Asia/Kuala_Lumpur", "Asia/Singapore"},
	{"Asia/Kuwait", "Asia/Riyadh"},
	{"Asia/Muscat", "Asia/Dubai"},
	{"Asia/Phnom_Penh", "Asia/Bangkok"},
	{"Asia/Vientiane", "Asia/Bangkok"},
	{"Atlantic/Reykjavik", "Africa/Abidjan"},
	{"Atlantic/St_Helena", "Africa/Abidjan"},
	{"Europe/Amsterdam", "Europe/Brussels"},
	{"Europe/Copenhagen", "Europe/Berlin"},
	{"Europe/Guernsey", "Europe/London"},
	{"Europe/Isle_of_Man", "Europe/London"},
	{"Europe/Jersey", "Europe/London"},
	{"Europe/Ljubljana", "Europe/Belgrade"},
	{"Europe/Luxembourg", "Europe/Brussels"},
	{"Europe/Monaco", "Europe/Paris"},
	{"Europe/Oslo", "Europe/Berlin"},
	{"Europe/Sarajevo", "Europe/Belgrade"},
	{"Europe/Skopje", "Europe/Belgrade"},
	{"Europe/Stockholm", "Europe/Berlin"},
	{"Europe/Vaduz", "Europe/Zurich"},
	{"Europe/Zagreb", "Europe/Belgrade"},
	{"Indian/Antananarivo", "Africa/Nairobi"},
	{"Indian/Christmas", "Asia/Bangkok"},
	{"Indian/Cocos", "Asia/Yangon"},
	{"Indian/Comoro", "Africa/Nairobi"},
	{"Indian/Kerguelen", "Indian/Maldives"},
	{"Indian/Mahe", "Asia/Dubai"},
	{"Indian/Mayotte", "Africa/Nairobi"},
	{"Indian/Reunion", "Asia/Dubai"},
	{"Pacific/Chuuk", "Pacific/Port_Moresby"},
	{"Pacific/Funafuti", "Pacific/Tarawa"},
	{"Pacific/Majuro", "Pacific/Tarawa"},
	{"Pacific/Midway", "Pacific/Pago_Pago"},
	{"Pacific/Pohnpei", "Pacific/Guadalcanal"},
	{"Pacific/Saipan", "Pacific/Guam"},
	{"Pacific/Wake", "Pacific/Tarawa"},
	{"Pacific/Wallis", "Pacific/Tarawa"}
};

static int
CompareLinks(const void *name, const void *link)
{
	return pg_strcasecmp(name, ((const ZoneLink *) link)->name);
}

/*
 * The zone whose history before 1970 a name has; NULL: its own.
 */
const char *
LinkedZone(const char *name)
{
	const ZoneLink *link = bsearch(name, links, lengthof(links),
								   sizeof(ZoneLink), CompareLinks);

	return link ? link->zone : NULL;
}
