"""Whether a PNG has a size and more than a few colours: picture.py FILE WIDTH HEIGHT."""

import struct
import sys
import zlib

file, *size = sys.argv[1:]
data = open(file, "rb").read()
assert data.startswith(b"\x89PNG\r\n\x1a\n"), f"{file} is no PNG"
found = struct.unpack(">II", data[16:24])
assert found == tuple(map(int, size)), f"{file} is {found[0]} x {found[1]}"
pixels = bytearray()
place = 8
while place < len(data):
    length, kind = struct.unpack(">I4s", data[place : place + 8])
    if kind == b"IDAT":
        pixels += data[place + 8 : place + 8 + length]
    place += 12 + length
# A window that was never drawn is a few bytes over and over.
values = len(set(zlib.decompress(bytes(pixels))))
assert values > 32, f"{file} has {values} different bytes"
