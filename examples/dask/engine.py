# A Dask scheduler and two workers on loopback. Reads questions from stdin, a line of JSON each; ends with stdin.
import glob
import json
import os
import sys

import dask
import dask.array as da
import numpy as np
import psutil
from distributed import Client, LocalCluster


def sealed_shards(directory):
    """The shards that nobody writes to any more. Those that are still written are in another folder."""
    return sorted(glob.glob(os.path.join(directory, "sealed", "*.npy")))


def distributed_array(paths):
    """One array of all shards, with a chunk for each. Only the headers are read here; the worker that needs a chunk maps it."""
    load = dask.delayed(np.load)
    chunks = []
    for path in paths:
        shard = np.load(path, mmap_mode="r")
        chunks.append(da.from_delayed(load(path, mmap_mode="r"), shard.shape, shard.dtype))
    return da.concatenate(chunks)


def answers(directory):
    paths = sealed_shards(directory)
    requests = distributed_array(paths)
    microseconds, status = requests["microseconds"], requests["status"]
    total, slowest, by_status, (histogram, _) = dask.compute(
        microseconds.sum(dtype=np.int64),
        microseconds.max(),
        {code: (status == code).sum() for code in (200, 404, 500)},
        da.histogram(microseconds, bins=10, range=(0, 1_000_000)),
    )
    return {
        "names": [os.path.basename(path) for path in paths],
        "rows": len(requests),
        "total": int(total),
        "slowest": int(slowest),
        "byStatus": {code: int(count) for code, count in by_status.items()},
        "histogram": histogram.tolist(),
    }


def mapped_file(array):
    """The file that the elements of an array lie in; None if they are in memory of the process."""
    address = array.ctypes.data
    with open("/proc/self/maps", encoding="utf-8") as lines:
        for line in lines:
            addresses, *_, file = line.rstrip("\n").split(" ", 5)
            first, end = (int(text, 16) for text in addresses.split("-"))
            if first <= address < end:
                return file.strip() or None


def copies(client, path):
    """Where the elements of a shard are: in each worker, and in the client, which receives them from a worker."""
    workers = client.run(lambda: mapped_file(np.load(path, mmap_mode="r")))
    received = client.submit(np.load, path, mmap_mode="r").result()
    return {"workers": list(workers.values()), "client": mapped_file(received)}


def listening():
    """The addresses on which this process and its workers can be reached."""
    processes = [psutil.Process(), *psutil.Process().children(recursive=True)]
    sockets = [socket for process in processes for socket in process.net_connections("inet")]
    return sorted({socket.laddr.ip for socket in sockets if socket.status == psutil.CONN_LISTEN})


def serve(client):
    for line in sys.stdin:
        question = json.loads(line)
        kind = question.pop("do")
        if kind == "answers":
            answer = answers(**question)
        elif kind == "copies":
            answer = copies(client, **question)
        elif kind == "listening":
            answer = listening()
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    # The scheduler also has an HTTP server. Only this machine can reach it.
    here = {"dashboard_address": "127.0.0.1:0", "dashboard": False}
    with LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        dashboard_address=None,
        worker_dashboard_address="127.0.0.1:0",
        scheduler_kwargs=here,
        silence_logs=50,
    ) as cluster, Client(cluster) as client:
        serve(client)
