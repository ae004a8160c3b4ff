"""From a model folder to a WebGPU bundle and its page: weights, templates, checks so far. Floor 6."""

from curation import privacy as privacy
