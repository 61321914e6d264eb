"""`Heard` to `Meaning`: training data in Rasa's YAML, the embedded interpreter, procedure linking.

May import contracts and procedures.
"""
