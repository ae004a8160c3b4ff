"""Super-NaturalInstructions with a chat model: its official evaluation, and tasks in another language.

`inputs` gives each evaluation instance one user turn, `calling` asks a model, `faults` names answers that
are none, `published` has the figures of other models and says when ours may stand beside them, `report`
puts scores, baselines and intervals together, and `page` draws them. `translation` makes tasks of tasks.
What the protocol is, such as layouts, metrics and which instances count, is `curation.superni`'s.
"""
