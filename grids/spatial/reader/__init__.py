"""The program that reads the file of a stranger. It knows no settings and no database.

``python -m grids.spatial.reader FILE SCRATCH '{"encoding": "", "layer": ""}'`` writes a line of JSON
for the headings, one for each row, and one for the end or for the reason why not. A file made to
exhaust or to break a decoder ends this process and nothing else. ``grids.spatial.reading`` starts it.
"""
