"""with_dask.py SCHEDULER-FILE DIRECTORY: asks a Dask cluster about the shards in a directory, which each worker maps."""
import glob
import json
import os
import sys

import dask
import dask.array as da
import numpy as np
from dask.distributed import Client

LARGEST = 5
PATIENCE_S = 100


def mapped(path):
    """A shard on a worker: its pages, not a copy."""
    return np.load(path, mmap_mode="r")


def shards(pattern):
    """One Dask array of all files, of which only the headers are read here."""
    arrays = []
    for path in sorted(glob.glob(pattern)):
        header = np.load(path, mmap_mode="r")
        arrays.append(da.from_delayed(dask.delayed(mapped)(path), header.shape, header.dtype))
    return da.concatenate(arrays)


@dask.delayed
def by_network(networks, sizes):
    """The addresses of each network of a shard, and who added them up."""
    found, places = np.unique(mapped(networks), return_inverse=True)
    return found, np.bincount(places, weights=mapped(sizes)), os.getpid()


def main(scheduler_file, directory):
    with Client(scheduler_file=scheduler_file, timeout=PATIENCE_S) as client:
        client.wait_for_workers(2, timeout=PATIENCE_S)
        sizes = shards(os.path.join(directory, "sizes-*.npy"))
        bits, _ = da.histogram(da.log2(sizes), bins=np.arange(34))
        addresses, mean, bits = dask.compute(sizes.sum(), sizes.mean(), bits)

        names = sorted(glob.glob(os.path.join(directory, "networks-*.npy")))
        parts = dask.compute(*[by_network(name, name.replace("networks-", "sizes-")) for name in names])
        totals = {}
        workers = {}
        for found, sums, worker in parts:
            workers[worker] = workers.get(worker, 0) + 1
            for network, total in zip(found.tolist(), sums.tolist()):
                totals[network] = totals.get(network, 0) + int(total)
        largest = sorted(totals.items(), key=lambda item: (-item[1], item[0]))[:LARGEST]

    summary = {
        "ranges": sizes.shape[0],
        "addresses": int(addresses),
        "mean": float(mean),
        "bits": bits.tolist(),
        "largest": [list(item) for item in largest],
    }
    workers = [{"shards": number} for _, number in sorted(workers.items())]
    print(json.dumps({"version": dask.__version__, "summary": summary, "workers": workers}))


main(*sys.argv[1:])
