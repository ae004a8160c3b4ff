"""Serves a bundle on this machine as a careful static host would; never to others."""

from compile.serving.policy import policy_of as policy_of
from compile.serving.server import BundleServer as BundleServer
from compile.serving.server import run as run
