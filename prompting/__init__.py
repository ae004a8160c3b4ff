"""Prompt selection (COSP, USP), self-check and rewriting, RAIN. Floor 3. Planned: holds no code yet."""

from curation import privacy as privacy
