"""The Python reader: the same files, the standard library alone.

Standard input has one line of JSON with the paths, then the word "go", then the word "leave"; the answers are lines of
JSON on standard output. Nothing is copied: a memoryview on the map is indexed in place.
"""

import bisect
import json
import mmap
import sys
import time

SPLIT = 0x80000000
NO_RANGE_IN_BLOCK = 0xFFFFFFFF
NO_NETWORK = 0


def open_array(path, typecode):
    with open(path, "rb") as file:
        return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)).cast(typecode)


class AsnTable:
    def __init__(self, files):
        arrays = {key: open_array(each["path"], each["typecode"]) for key, each in files.items()}
        self.blocks = arrays["blocks"]
        self.range_starts = arrays["rangeStarts"]
        self.range_ends = arrays["rangeEnds"]
        self.range_networks = arrays["rangeNetworks"]
        self.network_numbers = arrays["networkNumbers"]
        self.name_offsets = arrays["nameOffsets"]
        self.names = arrays["names"]

    def network_of(self, address):
        entry = self.blocks[address >> 8]
        if entry < SPLIT:
            return self.range_networks[entry]
        if entry == NO_RANGE_IN_BLOCK:
            return NO_NETWORK
        count = len(self.range_ends)
        index = entry - SPLIT
        while index < count and self.range_ends[index] < address:
            index += 1
        if index < count and self.range_starts[index] <= address:
            return self.range_networks[index]
        return NO_NETWORK

    def name_of(self, network):
        index = bisect.bisect_left(self.network_numbers, network)
        if index == len(self.network_numbers) or self.network_numbers[index] != network:
            return ""
        return bytes(self.names[self.name_offsets[index] : self.name_offsets[index + 1]]).decode("utf-8")


def next_address(address):
    """xorshift32, as in random-addresses.js"""
    address ^= (address << 13) & 0xFFFFFFFF
    address ^= address >> 17
    return address ^ ((address << 5) & 0xFFFFFFFF)


def check_table(table, well_known, expected, seed):
    networks = [table.network_of(address) for address in well_known]
    answers = [{"network": network, "name": table.name_of(network)} for network in networks]

    disagreements = 0
    first_disagreement = None
    address = seed
    network_of = table.network_of
    began = time.perf_counter()
    for answer in expected:
        address = next_address(address)
        network = network_of(address)
        if network != answer:
            disagreements += 1
            if first_disagreement is None:
                first_disagreement = f"address {address} is AS{network}, expected AS{answer}"
    milliseconds = (time.perf_counter() - began) * 1000
    return {
        "answers": answers,
        "lookups": len(expected),
        "milliseconds": milliseconds,
        "disagreements": disagreements,
        "firstDisagreement": first_disagreement,
    }


def say(kind, **rest):
    print(json.dumps({"kind": kind, **rest}), flush=True)


def main():
    task = json.loads(sys.stdin.readline())
    began = time.perf_counter()
    table = AsnTable(task["files"])
    expected = open_array(task["expected"], "I")
    say("ready", openMilliseconds=(time.perf_counter() - began) * 1000)
    for line in sys.stdin:
        if line.strip() != "go":
            break
        say("result", **check_table(table, task["wellKnown"], expected, task["seed"]))


main()
