"""numpy_environment.py DIRECTORY: prints a Python that has NumPy; makes a virtual environment there the first time.

Any number of these may run at once: a lock, which the system takes back from whoever dies, lets one make it."""
import fcntl
import importlib.util
import os
import subprocess
import sys
import venv

directory = sys.argv[1]
python = os.path.join(directory, "bin", "python")
# written last: an environment without it is half of one
stamp = os.path.join(directory, "finished")

if importlib.util.find_spec("numpy"):
    print(sys.executable)
    sys.exit()
os.makedirs(os.path.dirname(directory), exist_ok=True)
with open(f"{directory}.lock", "w") as lock:
    fcntl.flock(lock, fcntl.LOCK_EX)
    if not os.path.exists(stamp):
        venv.create(directory, clear=True, with_pip=True)
        install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary", ":all:", "numpy"]
        subprocess.run(install, check=True, stdout=sys.stderr)
        subprocess.run([python, "-c", "import numpy"], check=True)
        open(stamp, "w").close()
print(python)
