"""Running contenders: which, each in a process of its own, in turn."""
