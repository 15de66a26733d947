# SPDX-License-Identifier: MIT
"""A full disk: what fails then says nothing about the design, and must not be kept as a result."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

FREE_BYTES = 16 << 20
"""With less disk than this, a simulation that fails says nothing."""

_FULL = (errno.ENOSPC, errno.EDQUOT)


def is_disk_full(error: OSError) -> bool:
    """Return whether an error is that of a full disk."""
    return error.errno in _FULL


def check_disk(folder: Path, said: str = "", free: int | None = None) -> None:
    """Raise OSError if the disk of a folder is full, or something that failed `said` so.

    It is full with less than `free` bytes, by default FREE_BYTES.
    """
    for number in _FULL:
        if os.strerror(number) in said:
            raise OSError(number, os.strerror(number), str(folder))
    needed = FREE_BYTES if free is None else free
    if shutil.disk_usage(folder if folder.exists() else folder.parent).free < needed:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder))
