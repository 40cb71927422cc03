"""What alerts are sent to, on the loopback: Discord's webhooks and Amazon SES v2.

The webhook is the path /api/webhooks/ID/TOKEN; a message that Discord would refuse is refused.
SES takes mails that are signed with the key AKIDEXAMPLE (AWS Signature Version 4), as boto3 signs
them in check_alerts.py.
"""

import datetime
import hashlib
import hmac

from fake import FakeHandler, start

KEY_ID = "AKIDEXAMPLE"
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"


def signed(secret, text):
    return hmac.new(secret, text.encode(), hashlib.sha256).digest()


class Alerts(FakeHandler):
    raw = b""

    def serve(self):
        # The signature covers the body's bytes.
        length = int(self.headers.get("content-length") or 0)
        self.raw = self.rfile.read(length)
        self.rfile = Again(self.raw, self.rfile)
        super().serve()
        self.rfile = self.rfile.below

    do_GET = do_POST = do_PATCH = do_DELETE = serve

    def error(self, status, message, kind=None, step=None):
        if "/webhooks/" in self.path:
            wait = (step or {}).get("retry_after")
            return {"message": message, **({"retry_after": wait} if wait is not None else {})}
        return {"message": message}

    def respond(self, method, path, query, body, step):
        if path.startswith("/api/webhooks/") and method == "POST":
            self.discord(path, body)
        elif path == "/v2/email/outbound-emails" and method == "POST":
            self.mail(body)
        else:
            self.send_json(404, self.error(404, "there is no such page"))

    def discord(self, path, body):
        if len(path.split("/")) != 5:
            self.send_json(404, {"message": "Unknown Webhook", "code": 10015})
            return
        embeds = body.get("embeds", [])
        wrong = (
            not (body.get("content") or embeds)
            or len(body.get("content") or "") > 2000
            or len(embeds) > 10
            or any(
                not e.get("title") and not e.get("description")
                or len(e.get("title", "").encode("utf-16-le")) // 2 > 256
                or len(e.get("description", "").encode("utf-16-le")) // 2 > 4096
                or not 0 <= e.get("color", 0) <= 0xFFFFFF
                for e in embeds
            )
        )
        if wrong:
            self.send_json(400, {"message": "Invalid Form Body", "code": 50035})
        else:
            self.send_response(204)
            self.end_headers()

    def mail(self, body):
        problem = self.signature_problem()
        if problem:
            self.send_json(
                403, {"message": problem}, {"x-amzn-ErrorType": "InvalidSignatureException"}
            )
            return
        simple = body.get("Content", {}).get("Simple", {})
        if not (
            body.get("FromEmailAddress")
            and body.get("Destination", {}).get("ToAddresses")
            and simple.get("Subject", {}).get("Data")
            and simple.get("Body", {}).get("Text", {}).get("Data")
        ):
            self.send_json(
                400, {"message": "incomplete"}, {"x-amzn-ErrorType": "BadRequestException"}
            )
            return
        self.send_json(200, {"MessageId": "0100-fake"})

    def signature_problem(self):
        """What is wrong with the request's signature; None if nothing is."""
        words = self.headers.get("authorization", "")
        if not words.startswith("AWS4-HMAC-SHA256 "):
            return "it is not signed"
        parts = dict(p.strip().split("=", 1) for p in words.split(" ", 1)[1].split(","))
        key_id, day, region, service, last = parts["Credential"].split("/")
        names = parts["SignedHeaders"].split(";")
        if key_id != KEY_ID or service != "ses" or last != "aws4_request":
            return "the credential is of somebody else"
        if "host" not in names or "x-amz-date" not in names or names != sorted(names):
            return "the signed headers are not those that must be"
        time = self.headers["x-amz-date"]
        moment = datetime.datetime.strptime(time, "%Y%m%dT%H%M%SZ")
        now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
        if abs((now - moment).total_seconds()) > 300 or not time.startswith(day):
            return "Signature expired"
        canonical = "\n".join(
            [
                self.command,
                self.path,
                "",
                *(f"{n}:{' '.join(self.headers[n].split())}" for n in names),
                "",
                ";".join(names),
                hashlib.sha256(self.raw).hexdigest(),
            ]
        )
        scope = f"{day}/{region}/{service}/aws4_request"
        text = "\n".join(
            ["AWS4-HMAC-SHA256", time, scope, hashlib.sha256(canonical.encode()).hexdigest()]
        )
        key = ("AWS4" + SECRET).encode()
        for part in (day, region, service, "aws4_request"):
            key = signed(key, part)
        wanted = signed(key, text).hex()
        return None if hmac.compare_digest(wanted, parts["Signature"]) else "wrong signature"


class Again:
    """A request's body that was read, to be read once more."""

    def __init__(self, data, below):
        self.data, self.below = data, below

    def read(self, count):
        piece, self.data = self.data[:count], self.data[count:]
        return piece

    def readline(self, *limit):
        return self.below.readline(*limit)


if __name__ == "__main__":
    start(Alerts)
