"""Amazon's own client, and Python's mail client, against the fakes of alerts.

    python check_alerts.py ses BASE | smtp PORT

Ends with 77 when boto3 is not installed.
"""

import sys

what, where = sys.argv[1:3]
if what == "smtp":
    import smtplib
    from email.message import EmailMessage

    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "desk@example.org", "a@example.org", "höre"
    mail.set_content("zweite Zeile\n.\nthird\n")
    with smtplib.SMTP("127.0.0.1", int(where)) as client:
        try:
            client.login("desk", "wrong")
            sys.exit("a wrong password was taken")
        except smtplib.SMTPAuthenticationError as error:
            assert error.smtp_code == 535, error
        client.login("desk", "secret word")
        assert client.send_message(mail) == {}
    sys.exit(0)

try:
    import boto3
    from botocore.config import Config
    from botocore.exceptions import ClientError
except ImportError:
    print("skipped: boto3 is not installed")
    sys.exit(77)


def client(secret):
    return boto3.client(
        "sesv2",
        region_name="eu-central-1",
        endpoint_url=where,
        aws_access_key_id="AKIDEXAMPLE",
        aws_secret_access_key=secret,
        config=Config(retries={"total_max_attempts": 1}),
    )


mail = {
    "FromEmailAddress": "desk@example.org",
    "Destination": {"ToAddresses": ["a@example.org"]},
    "Content": {
        "Simple": {"Subject": {"Data": "höre"}, "Body": {"Text": {"Data": "text"}}}
    },
}
answer = client("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY").send_email(**mail)
assert answer["MessageId"] == "0100-fake", answer
try:
    client("another").send_email(**mail)
    sys.exit("a wrong signature was taken")
except ClientError as error:
    assert error.response["Error"]["Code"] == "InvalidSignatureException", error.response
