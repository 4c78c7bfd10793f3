"""HTTP and web sockets: the pages, the web chat, the desk, the channels' hooks."""
