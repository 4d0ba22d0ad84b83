"""What grids' own modules have to say on the page of an area and on the worker's page."""
