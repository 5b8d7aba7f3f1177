"""A disk that is too small: a tmpfs where one may be mounted, else a limit on the size of any file."""

import contextlib
import subprocess
import tempfile


@contextlib.contextmanager
def tiny(kib):
    """(folder or None, words to put before the command, what it is)."""
    with tempfile.TemporaryDirectory(prefix="bench-disk-") as folder:
        mount = ["mount", "-t", "tmpfs", "-o", f"size={kib}k", "bench-tiny", folder]
        if subprocess.run(mount, capture_output=True, check=False).returncode == 0:
            try:
                yield folder, [], f"a tmpfs of {kib} KiB"
            finally:
                subprocess.run(["umount", "-l", folder], capture_output=True, check=False)
        else:
            # Ignored, SIGXFSZ becomes the error EFBIG; that is inherited through exec.
            limited = ["bash", "-c", f'trap "" XFSZ; ulimit -f {kib}; exec "$@"', "limited"]
            yield None, limited, f"files of at most {kib} KiB (no tmpfs may be mounted here)"
