"""The roster over REST, a module for each noun: the public side, and one's own."""

TAGS = ["members"]
