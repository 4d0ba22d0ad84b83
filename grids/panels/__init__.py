"""What grids themselves have to say on the page of an area, one module for each matter."""
