/*
 * shim.h
 *		libcurl for Swift: its setters and getters take a variable number of
 *		arguments, which Swift cannot call.
 */
#include <curl/curl.h>

static inline CURLcode
CCurlSetLong(CURL *handle, CURLoption option, long value)
{
	return curl_easy_setopt(handle, option, value);
}

static inline CURLcode
CCurlSetSize(CURL *handle, CURLoption option, curl_off_t value)
{
	return curl_easy_setopt(handle, option, value);
}

static inline CURLcode
CCurlSetPointer(CURL *handle, CURLoption option, const void *value)
{
	return curl_easy_setopt(handle, option, value);
}

typedef size_t (*CCurlReceiver) (char *data, size_t size, size_t count, void *context);

static inline CURLcode
CCurlSetReceiver(CURL *handle, CURLoption option, CCurlReceiver receiver)
{
	return curl_easy_setopt(handle, option, receiver);
}

static inline CURLcode
CCurlGetLong(CURL *handle, CURLINFO info, long *value)
{
	return curl_easy_getinfo(handle, info, value);
}

static inline CURLcode
CCurlGetSocket(CURL *handle, curl_socket_t *socket)
{
	return curl_easy_getinfo(handle, CURLINFO_ACTIVESOCKET, socket);
}

static inline CURLMcode
CCurlMultiSetLong(CURLM *multi, CURLMoption option, long value)
{
	return curl_multi_setopt(multi, option, value);
}

/*
 * The result of a finished transfer. The message's union is read here, for Swift
 * imports it under a name that says nothing.
 */
static inline CURLcode
CCurlResult(const CURLMsg *message)
{
	return message->data.result;
}
