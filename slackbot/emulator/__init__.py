"""A local Slack over real HTTP and WebSocket, for tests and the demo; it listens on loopback only.

`server.run` serves it, `process.running` runs it as a process of its own, `client.EmulatorClient`
speaks and looks as a person would.
"""

from curation import privacy as privacy
