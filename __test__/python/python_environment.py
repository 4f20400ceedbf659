"""python_environment.py [--no-install] DIRECTORY MODULE [PIP-ARGUMENT...]: prints a Python that can import the module; makes a
virtual environment there the first time.

Any number of these may run at once: a lock, which the system takes back from whoever dies, lets one make it."""
import fcntl
import importlib.util
import os
import subprocess
import sys
import venv

may_install = sys.argv[1] != "--no-install"
directory, module, *pip_arguments = sys.argv[1 if may_install else 2:]
python = os.path.join(directory, "bin", "python")
# written last: an environment without it is half of one
stamp = os.path.join(directory, "finished")

if importlib.util.find_spec(module):
    print(sys.executable)
    sys.exit()
if not may_install and not os.path.exists(stamp):
    sys.exit("not installed, and --no-install was given")
os.makedirs(os.path.dirname(directory), exist_ok=True)
with open(f"{directory}.lock", "w") as lock:
    fcntl.flock(lock, fcntl.LOCK_EX)
    if not os.path.exists(stamp):
        venv.create(directory, clear=True, with_pip=True)
        install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *pip_arguments, module]
        subprocess.run(install, check=True, stdout=sys.stderr)
        subprocess.run([python, "-c", f"import {module}"], check=True)
        open(stamp, "w").close()
print(python)
