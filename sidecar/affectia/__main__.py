"""`python -m affectia`."""

import sys

try:
    from affectia.cli.main import main
except KeyboardInterrupt:  # imports take a second, and people are quick
    sys.exit(130)

sys.exit(main())
