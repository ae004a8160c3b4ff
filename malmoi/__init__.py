"""The command line, workspace settings, `doctor` and `demo`. Floor 8."""

from curation import privacy as privacy
