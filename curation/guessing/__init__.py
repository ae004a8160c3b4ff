"""Unknown files looked at: which reader takes them, what they hold, and a recipe and a card to finish.

``heads`` (with ``json_head``) makes a small file of a large one's beginning, so that no reader opens more
than that; ``trials`` reads it; ``marks`` says whose reading alone proves little; ``column_roles`` and
``generic`` find the options of the generic readers; ``guess`` ranks what came of it. ``folder`` goes through
a folder, ``licences`` quotes what lies there about rights, ``sources`` groups files, and ``recipe_draft``
and ``card_draft`` write it down.
"""
