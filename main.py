"""Start here: makes sure that the packages are there, then opens the window or runs a command."""

import sys

from build import bootstrap
from studio.__main__ import main, opens_window

if __name__ == "__main__":
    bootstrap.ensure(window=opens_window(sys.argv[1:]))
    sys.exit(main(sys.argv[1:]))
