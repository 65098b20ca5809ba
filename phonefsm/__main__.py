# SPDX-License-Identifier: Apache-2.0
"""``python -m phonefsm`` is the command ``phonefsm``."""

import sys

from phonefsm.cli import main

if __name__ == "__main__":
    sys.exit(main())
