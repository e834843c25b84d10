"""One specification for every adapter, through the real gateway, over real sockets: `adapters.testing`."""
