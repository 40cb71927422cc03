"""Checks models.py with the vendors' own clients; run by FakeModelTests.

    python check_models.py anthropic|openai|gemini

Ends with 77 when the client is not installed: the check is skipped, not passed.
"""

import json
import pathlib
import subprocess
import sys

SKIPPED = 77
TOOL = {"name": "quote", "arguments": {"symbol": "AAPL", "days": [1, 2]}}
SCHEMA = {
    "type": "object", "properties": {"action": {"type": "string"}}, "required": ["action"],
    "additionalProperties": False,
}


class Fake:
    def __enter__(self):
        path = pathlib.Path(__file__).with_name("models.py")
        self.process = subprocess.Popen(
            [sys.executable, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.base = f"http://127.0.0.1:{self.process.stdout.readline().strip()}"
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(10)

    def say(self, **command):
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def script(self, *steps):
        assert self.say(script=list(steps)) == "ok"

    def count(self):
        return len(self.say(requests=True))


def raises(kind, act):
    try:
        act()
    except kind as error:
        return error
    raise AssertionError(f"nothing was raised, wanted {kind}")


def anthropic(fake):
    import anthropic as vendor

    client = vendor.Anthropic(base_url=fake.base, api_key="k", max_retries=1)
    ask = {
        "model": "claude-x", "max_tokens": 50, "messages": [{"role": "user", "content": "ping"}],
    }
    message = client.messages.create(**ask)
    assert message.content[0].text == "pong" and message.usage.output_tokens == 7
    fake.script({"text": "a longer answer, in pieces", "tool": TOOL})
    with client.messages.stream(**ask) as stream:
        final = stream.get_final_message()
    assert final.content[0].text == "a longer answer, in pieces"
    assert final.content[1].input == TOOL["arguments"] and final.stop_reason == "tool_use"
    fake.script({"text": '{"action": "hold"}'})
    form = {"format": {"type": "json_schema", "schema": SCHEMA}}
    assert json.loads(client.messages.create(output_config=form, **ask).content[0].text)
    fake.count()
    fake.script({"fault": "status", "status": 429, "headers": {"retry-after": "0"}})
    client.messages.create(**ask)
    assert fake.count() == 2
    fake.script(*[{"fault": "status", "status": 529}] * 2)
    assert raises(vendor.APIStatusError, lambda: client.messages.create(**ask)).status_code == 529
    fake.script({"fault": "error"})

    def streamed():
        with client.messages.stream(**ask) as stream:
            stream.get_final_message()

    raises(vendor.APIError, streamed)
    fake.script({"fault": "cut", "text": "broken in the middle"})
    raises(Exception, streamed)


def openai(fake):
    import openai as vendor

    client = vendor.OpenAI(base_url=fake.base + "/v1", api_key="k", max_retries=1)
    ask = {"model": "gpt-x", "messages": [{"role": "user", "content": "ping"}]}
    answer = client.chat.completions.create(**ask)
    assert answer.choices[0].message.content == "pong" and answer.usage.completion_tokens == 7
    fake.script({"text": "a longer answer, in pieces", "tool": TOOL})
    text, arguments, usage = "", "", None
    for chunk in client.chat.completions.create(
        stream=True, stream_options={"include_usage": True}, **ask
    ):
        usage = chunk.usage or usage
        for choice in chunk.choices:
            text += choice.delta.content or ""
            for call in choice.delta.tool_calls or []:
                arguments += call.function.arguments or ""
    assert text == "a longer answer, in pieces" and usage.total_tokens == 18
    assert json.loads(arguments) == TOOL["arguments"]

    ask2 = {"model": "gpt-x", "input": "ping"}
    assert client.responses.create(**ask2).output_text == "pong"
    fake.script({"text": "a longer answer, in pieces", "tool": TOOL})
    events = list(client.responses.create(stream=True, **ask2))
    assert events[-1].type == "response.completed"
    assert events[-1].response.output_text == "a longer answer, in pieces"
    deltas = [e.delta for e in events if e.type == "response.function_call_arguments.delta"]
    assert json.loads("".join(deltas)) == TOOL["arguments"]
    fake.script({"fault": "error"})
    try:
        kinds = [e.type for e in client.responses.create(stream=True, **ask2)]
        assert kinds[-1] == "error", kinds
    except vendor.APIError:
        pass
    fake.count()
    fake.script({"fault": "status", "status": 429, "headers": {"retry-after-ms": "1"}})
    client.chat.completions.create(**ask)
    assert fake.count() == 2
    fake.script(*[{"fault": "status", "status": 500}] * 2)
    raises(vendor.InternalServerError, lambda: client.chat.completions.create(**ask))
    fake.script({"fault": "error"})
    raises(vendor.APIError, lambda: list(client.chat.completions.create(stream=True, **ask)))


def gemini(fake):
    from google import genai as vendor
    from google.genai import errors, types

    options = types.HttpOptions(base_url=fake.base, api_version="v1beta")
    client = vendor.Client(api_key="k", http_options=options)
    ask = {"model": "gemini-x", "contents": "ping"}
    answer = client.models.generate_content(**ask)
    assert answer.text == "pong" and answer.usage_metadata.candidates_token_count == 7
    fake.script({"text": "a longer answer, in pieces", "tool": TOOL})
    chunks = list(client.models.generate_content_stream(**ask))
    parts = [p for c in chunks for p in c.candidates[0].content.parts]
    assert "".join(p.text or "" for p in parts) == "a longer answer, in pieces"
    assert [p.function_call.args for p in parts if p.function_call] == [TOOL["arguments"]]
    assert str(chunks[-1].candidates[0].finish_reason).endswith("STOP")
    form = {"response_mime_type": "application/json", "response_json_schema": SCHEMA}
    fake.script({"text": '{"action": "hold"}'})
    assert json.loads(client.models.generate_content(config=form, **ask).text)
    fake.script(*[{"fault": "status", "status": 400}] * 5)
    assert raises(errors.ClientError, lambda: client.models.generate_content(**ask)).code == 400
    fake.script({"block": "SAFETY"})
    blocked = client.models.generate_content(**ask)
    assert not blocked.candidates and blocked.prompt_feedback.block_reason


if __name__ == "__main__":
    try:
        with Fake() as server:
            {"anthropic": anthropic, "openai": openai, "gemini": gemini}[sys.argv[1]](server)
    except ModuleNotFoundError as missing:
        print(f"skipped: {missing}")
        sys.exit(SKIPPED)
    print("ok")
