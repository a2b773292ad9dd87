"""`python -m affectia`."""

import sys

from affectia.cli.main import main

sys.exit(main())
