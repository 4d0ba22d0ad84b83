"""The demo district: a made-up map with real place names, its offices, people and tickets."""
