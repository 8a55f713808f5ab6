"""Prints the Debian packages that are not there yet: two for PDF, one for browser tests when asked."""

import ctypes
import shutil
import sys

LIBRARIES = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
}


def is_missing(library: str) -> bool:
    """Say whether the dynamic linker cannot find a library."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return True
    return False


packages = [package for library, package in LIBRARIES.items() if is_missing(library)]
if "--browser" in sys.argv and not shutil.which("chromium"):
    packages.append("chromium")
sys.stdout.write(" ".join(packages))
