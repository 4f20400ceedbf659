# A Dask scheduler and two workers on loopback. Reads questions from stdin, a line of JSON each; ends with stdin.
import json
import os
import sys

import dask
import dask.array as da
import numpy as np
import psutil
from distributed import Client, LocalCluster

import with_arrow


def column(directory, name, shard):
    """Maps the file: no bytes are read until an element is used."""
    array = np.load(os.path.join(directory, f"{name}-{shard}.npy"), mmap_mode="r")
    assert isinstance(array, np.memmap)
    return array


def part(directory, name, shard, rows):
    """What a worker does for a chunk. A shard that grows has more rows by now: only those counted are taken."""
    return column(directory, name, shard)[:rows]


def distributed_column(directory, name, counts):
    make = dask.delayed(part)
    chunks = [
        da.from_delayed(make(directory, name, shard, rows), (rows,), np.uint32)
        for shard, rows in enumerate(counts)
    ]
    return da.concatenate(chunks)


def look_up(directory, shard, rows, addresses):
    """Of each address: whether a row of this shard starts at or before it, and the network (-1: none)."""
    row = np.searchsorted(part(directory, "starts", shard, rows), addresses, side="right") - 1
    ends, networks = (part(directory, name, shard, rows) for name in ("ends", "networks"))
    found = np.where(addresses <= ends[row], networks[row].astype(np.int64), -1)
    return os.getpid(), row >= 0, found


def answers(client, directory, shards, addresses):
    counts = [len(column(directory, "starts", shard)) for shard in range(shards)]
    starts = distributed_column(directory, "starts", counts)
    ends = distributed_column(directory, "ends", counts)
    total = (ends.astype(np.int64) - starts + 1).sum()
    histogram, _ = da.histogram(starts, bins=np.arange(257, dtype=np.int64) << 24)
    total, histogram = dask.compute(total, histogram)

    workers = list(client.scheduler_info(n_workers=-1)["workers"])
    addresses = np.array(addresses, np.uint32)
    futures = [
        client.submit(look_up, directory, shard, rows, addresses, workers=[workers[shard % len(workers)]], pure=False)
        for shard, rows in enumerate(counts)
    ]
    found = np.full(len(addresses), -1)
    pids = set()
    # The last shard that has a row at or before an address decides.
    for pid, decides, networks in client.gather(futures):
        pids.add(pid)
        found = np.where(decides, networks, found)
    return {
        "rows": sum(counts),
        "mean": int(total) / sum(counts),
        "histogram": histogram.tolist(),
        "lookups": [None if network < 0 else network for network in found.tolist()],
        "workers": len(pids),
    }


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
            answer = answers(client, **question)
        elif kind == "listening":
            answer = listening()
        elif kind == "arrow":
            answer = with_arrow.look(**question)
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    # With an HTTP server for nobody but this machine, too.
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
