"""Tasks in another language, made by a chat model and checked: what a translation must not lose.

`items` takes a task apart and puts it together again, `labels` knows which outputs are labels and what a
person wants them called, `wording` asks the model, `keeping` names what a translation lost, `translating`
asks again and translates back, `review` is the file that a person reads and corrects.
"""
