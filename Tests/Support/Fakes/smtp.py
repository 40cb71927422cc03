"""A mail server on the loopback (RFC 5321) that can fail; it speaks with the test as fake.py does.

A step says what goes wrong: "at" is a command (CONNECT, EHLO, AUTH, MAIL, RCPT, DATA, END for the
mail's own answer), "fault" is `reply` (answers "code" and "message"), `close` or `hang`. Each mail that
was taken is a request: method MAIL, path the recipients, headers the mail's, body its text.
"""

import base64
import email
import email.policy
import socketserver
import sys
import threading

from fake import Script

USER, PASSWORD = "desk", "secret word"


class Session(socketserver.StreamRequestHandler):
    script = None
    released = threading.Event()

    def handle(self):
        try:
            self.talk()
        except (ConnectionError, StopIteration):
            pass

    def say(self, text):
        self.wfile.write((text + "\r\n").encode())

    def meets(self, command):
        """Whether a step of the script has answered this command."""
        with self.script.lock:
            steps = self.script.steps
            if not steps or steps[0].get("at") != command:
                return False
            step = steps.pop(0)
        if step["fault"] == "close":
            raise StopIteration
        if step["fault"] == "hang":
            self.released.wait(60)
            raise StopIteration
        self.say(f"{step['code']} {step.get('message', 'scripted')}")
        return True

    def talk(self):
        sender, to, known = None, [], False
        if self.meets("CONNECT"):
            return
        self.say("220 fake.test ESMTP")
        while line := self.rfile.readline(4096).decode().rstrip("\r\n"):
            command = line.split(" ")[0].upper()
            if command == "QUIT":
                self.say("221 bye")
                return
            if self.meets(command):
                continue
            if command == "EHLO":
                self.say("250-fake.test\r\n250-8BITMIME\r\n250 AUTH PLAIN")
            elif command == "AUTH":
                words = line.split(" ")
                if len(words) < 3:
                    self.say("334 ")
                    words.append(self.rfile.readline(4096).decode().strip())
                known = base64.b64decode(words[2]).decode().split("\0")[1:] == [USER, PASSWORD]
                self.say("235 welcome" if known else "535 5.7.8 wrong password")
            elif command == "MAIL":
                sender, to = line.split("<")[1].split(">")[0], []
                self.say("250 ok")
            elif command == "RCPT":
                to.append(line.split("<")[1].split(">")[0])
                self.say("250 ok")
            elif command == "DATA":
                self.say("354 go on")
                data = b""
                while (piece := self.rfile.readline()) != b".\r\n":
                    data += piece[1:] if piece.startswith(b"..") else piece
                if self.meets("END"):
                    continue
                self.note(sender, to, known, data)
                self.say("250 taken")
            else:
                self.say("500 what?")

    def note(self, sender, to, known, data):
        mail = email.message_from_bytes(data, policy=email.policy.SMTP)
        self.script.note(
            {
                "method": "MAIL",
                "path": " ".join(to),
                "headers": {
                    **{k.lower(): str(v) for k, v in mail.items()},
                    "sender": sender,
                    "known": str(known),
                },
                "body": mail.get_content(),
            }
        )


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


def other(command):
    raise ValueError(f"unknown command {command}")


if __name__ == "__main__":
    Session.script = Script()
    server = Server(("127.0.0.1", 0), Session)
    print(server.server_address[1], flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    Session.script.listen(other)
    sys.exit(0)
