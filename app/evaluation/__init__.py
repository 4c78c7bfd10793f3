"""``lotse nlu evaluate``: a bot folder's examples, judged by the layers of this machine, and shown."""
