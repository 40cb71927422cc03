"""The language model vendors on the loopback: Anthropic, OpenAI and Gemini, told apart by path.

A step may say what the model answers: "text", "tool" ({"name", "arguments"}), "stop" (a word of
that vendor), "tokens" ([prompt, completion]). The shapes are those of the vendors' documents
and of their Python clients, which check this file in check_models.py.
"""

import json

from fake import FakeHandler, start


def pieces(text, size=7):
    return [text[at : at + size] for at in range(0, len(text), size)] or [""]


class Models(FakeHandler):
    def error(self, status, message, kind=None, step=None):
        if "/messages" in self.path:
            kinds = {
                400: "invalid_request_error", 401: "authentication_error",
                403: "permission_error", 404: "not_found_error", 413: "request_too_large",
                429: "rate_limit_error", 500: "api_error", 504: "timeout_error",
                529: "overloaded_error",
            }
            kind = kind or kinds.get(status, "api_error")
            return {
                "type": "error", "error": {"type": kind, "message": message},
                "request_id": "req_fake",
            }
        if "models/" in self.path:
            words = {
                400: "INVALID_ARGUMENT", 403: "PERMISSION_DENIED", 404: "NOT_FOUND",
                429: "RESOURCE_EXHAUSTED", 500: "INTERNAL", 503: "UNAVAILABLE",
            }
            details = []
            if step and "retry_delay" in step:
                details.append(
                    {
                        "@type": "type.googleapis.com/google.rpc.RetryInfo",
                        "retryDelay": step["retry_delay"],
                    }
                )
            return {
                "error": {
                    "code": status, "message": message,
                    "status": kind or words.get(status, "UNKNOWN"), "details": details,
                }
            }
        codes = {401: "invalid_api_key", 429: "rate_limit_exceeded"}
        return {
            "error": {
                "message": message, "type": "invalid_request_error", "param": None,
                "code": kind or codes.get(status),
            }
        }

    def respond(self, method, path, query, body, step):
        if method != "POST" or not isinstance(body, dict):
            self.send_json(404, self.error(404, "there is no such page"))
        elif path == "/v1/messages":
            self.anthropic(body, step)
        elif path == "/v1/chat/completions":
            self.chat(body, step)
        elif path == "/v1/responses":
            self.responses_api(body, step)
        elif "/models/" in path and path.split("/")[1] in ("v1", "v1beta"):
            self.gemini(path, query, body, step)
        else:
            self.send_json(404, self.error(404, "there is no such page"))

    def refuse(self, status, message):
        self.send_json(status, self.error(status, message))

    def send(self, value, step):
        pause = step.get("pause", 0.01) if step.get("fault") == "drip" else None
        if step.get("fault") == "stall":
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b'{"id":')
            self.wfile.flush()
            self.released.wait(60)
            self.close_connection = True
            return
        self.send_bytes(200, json.dumps(value).encode(), pause=pause)

    # Anthropic Messages

    def anthropic(self, body, step):
        key = self.headers.get("x-api-key") or self.headers.get("authorization")
        if not key:
            return self.refuse(401, "x-api-key header is required")
        if not self.headers.get("anthropic-version"):
            return self.refuse(400, "anthropic-version: header is required")
        if not isinstance(body.get("max_tokens"), int):
            return self.refuse(400, "max_tokens: field required")
        if not body.get("messages"):
            return self.refuse(400, "messages: at least one message is required")
        text, tool = step.get("text", "pong"), step.get("tool")
        prompt, completion = step.get("tokens", [11, 7])
        stop = step.get("stop", "tool_use" if tool else "end_turn")
        message = {
            "id": "msg_fake", "type": "message", "role": "assistant", "model": body["model"],
            "content": [], "stop_reason": None, "stop_sequence": None,
            "usage": {"input_tokens": prompt, "output_tokens": 1},
        }
        blocks = [{"type": "text", "text": text}]
        if tool:
            blocks.append(
                {
                    "type": "tool_use", "id": "toolu_fake", "name": tool["name"],
                    "input": tool["arguments"],
                }
            )
        if not body.get("stream"):
            message |= {"content": blocks, "stop_reason": stop}
            message["usage"]["output_tokens"] = completion
            return self.send(message, step)
        events = [("message_start", {"type": "message_start", "message": message})]
        for index, block in enumerate(blocks):
            empty = dict(block, text="") if block["type"] == "text" else dict(block, input={})
            events.append(
                (
                    "content_block_start",
                    {"type": "content_block_start", "index": index, "content_block": empty},
                )
            )
            if index == 0:
                events.append(("ping", {"type": "ping"}))
            if block["type"] == "text":
                deltas = [{"type": "text_delta", "text": t} for t in pieces(text)]
            else:
                deltas = [
                    {"type": "input_json_delta", "partial_json": t}
                    for t in pieces(json.dumps(block["input"]))
                ]
            events += [
                (
                    "content_block_delta",
                    {"type": "content_block_delta", "index": index, "delta": d},
                )
                for d in deltas
            ]
            events.append(
                ("content_block_stop", {"type": "content_block_stop", "index": index})
            )
        events.append(
            (
                "message_delta",
                {
                    "type": "message_delta",
                    "delta": {"stop_reason": stop, "stop_sequence": None},
                    "usage": {"output_tokens": completion},
                },
            )
        )
        events.append(("message_stop", {"type": "message_stop"}))
        self.send_events(events, step, ("error", self.error(529, "Overloaded")))

    # OpenAI chat completions

    def chat(self, body, step):
        if not isinstance(body.get("messages"), list):
            return self.refuse(400, "messages is required")
        text, tool = step.get("text", "pong"), step.get("tool")
        prompt, completion = step.get("tokens", [11, 7])
        usage = {
            "prompt_tokens": prompt, "completion_tokens": completion,
            "total_tokens": prompt + completion,
        }
        stop = step.get("stop", "tool_calls" if tool else "stop")
        calls = []
        if tool:
            calls = [
                {
                    "id": "call_fake", "type": "function",
                    "function": {
                        "name": tool["name"], "arguments": json.dumps(tool["arguments"]),
                    },
                }
            ]
        head = {"id": "chatcmpl-fake", "created": 1, "model": body["model"]}
        refusal = step.get("refusal")
        if not body.get("stream"):
            message = {"role": "assistant", "content": None if refusal else text,
                       "refusal": refusal}
            if calls:
                message["tool_calls"] = calls
            return self.send(
                head
                | {
                    "object": "chat.completion", "usage": usage,
                    "choices": [{"index": 0, "message": message, "finish_reason": stop}],
                },
                step,
            )

        def chunk(delta, finish=None):
            choice = {"index": 0, "delta": delta, "finish_reason": finish}
            return (None, head | {"object": "chat.completion.chunk", "choices": [choice]})

        events = [chunk({"role": "assistant", "content": ""})]
        events += [chunk({"content": t}) for t in pieces(text)]
        for index, call in enumerate(calls):
            function = call["function"]
            empty = dict(call, index=index, function=dict(function, arguments=""))
            events.append(chunk({"tool_calls": [empty]}))
            events += [
                chunk({"tool_calls": [{"index": index, "function": {"arguments": t}}]})
                for t in pieces(function["arguments"])
            ]
        events.append(chunk({}, stop))
        if (body.get("stream_options") or {}).get("include_usage"):
            last = {"object": "chat.completion.chunk", "choices": [], "usage": usage}
            events.append((None, head | last))
        events.append((None, "[DONE]"))
        self.send_events(events, step, (None, self.error(500, "The server had an error")))

    # OpenAI Responses

    def responses_api(self, body, step):
        if "input" not in body:
            return self.refuse(400, "input is required")
        text, tool = step.get("text", "pong"), step.get("tool")
        prompt, completion = step.get("tokens", [11, 7])
        status = step.get("stop", "completed")
        message = {
            "id": "msg_fake", "type": "message", "role": "assistant", "status": "completed",
            "content": [{"type": "output_text", "text": text, "annotations": []}],
        }
        if step.get("refusal"):
            message["content"] = [{"type": "refusal", "refusal": step["refusal"]}]
        output = [message]
        if tool:
            output.append(
                {
                    "id": "fc_fake", "type": "function_call", "call_id": "call_fake",
                    "name": tool["name"], "arguments": json.dumps(tool["arguments"]),
                    "status": "completed",
                }
            )
        response = {
            "id": "resp_fake", "object": "response", "created_at": 1, "model": body["model"],
            "status": status, "output": output, "error": None, "instructions": None,
            "incomplete_details": (
                {"reason": "max_output_tokens"} if status == "incomplete" else None
            ),
            "metadata": {}, "parallel_tool_calls": True, "temperature": 1.0, "top_p": 1.0,
            "tool_choice": "auto", "tools": [],
            "usage": {
                "input_tokens": prompt, "output_tokens": completion,
                "total_tokens": prompt + completion,
                "input_tokens_details": {"cached_tokens": 0},
                "output_tokens_details": {"reasoning_tokens": 0},
            },
        }
        if not body.get("stream"):
            return self.send(response, step)
        events = []

        def event(kind, **members):
            members |= {"type": kind, "sequence_number": len(events)}
            events.append((kind, members))

        begun = response | {"status": "in_progress", "output": [], "usage": None}
        event("response.created", response=begun)
        event("response.in_progress", response=begun)
        for index, item in enumerate(output):
            empty = {"content": []} if item["type"] == "message" else {"arguments": ""}
            event("response.output_item.added", output_index=index,
                  item=item | empty | {"status": "in_progress"})
            if item["type"] == "message":
                where = {"item_id": item["id"], "output_index": index, "content_index": 0}
                event("response.content_part.added",
                      part={"type": "output_text", "text": "", "annotations": []}, **where)
                for piece in pieces(text):
                    event("response.output_text.delta", delta=piece, logprobs=[], **where)
                event("response.output_text.done", text=text, logprobs=[], **where)
                event("response.content_part.done", part=item["content"][0], **where)
            else:
                where = {"item_id": item["id"], "output_index": index}
                for piece in pieces(item["arguments"]):
                    event("response.function_call_arguments.delta", delta=piece, **where)
                event("response.function_call_arguments.done", arguments=item["arguments"],
                      name=item["name"], **where)
            event("response.output_item.done", output_index=index, item=item)
        event(f"response.{status}", response=response)
        failure = {
            "type": "error", "code": "server_error", "message": "The server had an error",
            "param": None, "sequence_number": len(events) // 2,
        }
        self.send_events(events, step, ("error", failure))

    # Gemini generateContent

    def gemini(self, path, query, body, step):
        if not (self.headers.get("x-goog-api-key") or query.get("key")):
            return self.refuse(403, "Method doesn't allow unregistered callers")
        if not body.get("contents"):
            return self.refuse(400, "contents is not specified")
        model, _, method = path.rpartition("/models/")[2].partition(":")
        text, tool = step.get("text", "pong"), step.get("tool")
        prompt, completion = step.get("tokens", [11, 7])
        usage = {
            "promptTokenCount": prompt, "candidatesTokenCount": completion,
            "totalTokenCount": prompt + completion,
        }
        common = {"modelVersion": model, "responseId": "fake"}
        if step.get("block"):
            feedback = {"promptFeedback": {"blockReason": step["block"]}, "usageMetadata": usage}
            return self.send(common | feedback, step)
        stop = step.get("stop", "STOP")
        call = []
        if tool:
            call = [{"functionCall": {"name": tool["name"], "args": tool["arguments"]}}]

        def answer(parts, finish=None):
            candidate = {"content": {"role": "model", "parts": parts}, "index": 0}
            if finish:
                candidate["finishReason"] = finish
            return common | {"candidates": [candidate], "usageMetadata": usage}

        if method == "generateContent":
            return self.send(answer([{"text": text}] + call, stop), step)
        if method != "streamGenerateContent" or query.get("alt") != "sse":
            return self.refuse(404, "there is no such method")
        parts = [[{"text": t}] for t in pieces(text)] + ([call] if call else [])
        events = [(None, answer(p)) for p in parts[:-1]] + [(None, answer(parts[-1], stop))]
        self.send_events(events, step, (None, self.error(503, "The model is overloaded")))


if __name__ == "__main__":
    start(Models)
