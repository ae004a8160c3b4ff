"""From a model folder to a WebGPU bundle and its page. Floor 6. Planned: holds no code yet."""

from curation import privacy as privacy
