"""How Slack's requests reach the bolt application: `socket` (the bot connects) or `http` (Slack does).

Each is a context manager that keeps the way open while its block runs. Both hand the application
requests that are authenticated and parsed, so the listeners know no difference.
"""

from slackbot.transport.socket import connected as connected
