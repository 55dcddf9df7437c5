"""What a library asks for before and besides the work: the time of its import, and memory."""
