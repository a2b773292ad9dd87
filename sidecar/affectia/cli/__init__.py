"""The command line: `affectia serve | watch | demo | models`."""
