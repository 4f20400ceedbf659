"""writer.py FILE READERS RECORDS: writes so many records, then the one that ends it."""
import sys

from ring import RingWriter

END = -1

path, readers, records = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
ring = RingWriter(path, readers)
for number in range(records):
    ring.write(number, number * 7919 % 1_000_003)
ring.write(records, END)
