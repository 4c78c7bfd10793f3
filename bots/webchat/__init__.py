"""The chat on a web page: our own frames over a web socket."""
