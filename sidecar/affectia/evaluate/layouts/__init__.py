"""How the files of data sets lie, as their publishers ship them, and their reading."""
