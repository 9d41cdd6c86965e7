"""`python3 tests`: sets up what is missing, then runs the whole suite; further arguments go to pytest."""

import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path[0] = ROOT  # Python put this folder there

from build import bootstrap  # noqa: E402 (found by the line above)

if __name__ == "__main__":
    bootstrap.ensure(tests=True)
    os.chdir(ROOT)
    import pytest  # there only now

    sys.exit(pytest.main(sys.argv[1:]))
