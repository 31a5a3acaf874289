"""The CRC-32C of TFRecords, in Python alone, at more than a hundred megabytes a second.

Bytes are bits of a polynomial over GF(2), the first bit that of the highest power; the checksum is
what is left of it modulo `_POLYNOMIAL`. As one long integer it is cut into a first and a last part,
and the first part is added to the last after a multiplication by `x^length mod P`: a polynomial of
32 terms, so that this takes a few long shifts. That halves the length; what is short goes through
the usual table.
"""

_POLYNOMIAL = 0x82F63B78
"""Castagnoli's, reflected as everything here: bit 31 is x^0, bit 0 is x^31."""

_MASK_DELTA = 0xA282EAD8
_X = 0x40000000
_ONES = 0xFFFFFFFF


def masked_crc32c(data: bytes) -> int:
    """Returns the checksum as TFRecords hold it: a CRC of data with a CRC in it says little."""
    crc = crc32c(data)
    return ((crc >> 15 | crc << 17) + _MASK_DELTA) & _ONES


def crc32c(data: bytes) -> int:
    """Returns the CRC-32C (RFC 3720, appendix B.4)."""
    bits = 8 * len(data)
    if bits <= _length(_SHORTEST):
        return _by_table(_ONES, data) ^ _ONES
    rest = int.from_bytes(data, "little") ^ _ONES
    while bits > _length(_SHORTEST):
        exponent = (bits - 33).bit_length() - 1
        kept = _length(exponent)
        first = rest & ((1 << bits - kept) - 1)
        rest >>= bits - kept
        for power in _TERMS[exponent]:
            rest ^= first << 2 * kept - bits - power
        bits = kept
    return _by_table(0, rest.to_bytes(bits // 8, "little")) ^ _ONES


def _length(exponent: int) -> int:
    """Bits of a last part: it takes a first part that is longer by less than a remainder."""
    return (1 << exponent) + 32


def _by_table(crc: int, data: bytes) -> int:
    for byte in data:
        crc = _TABLE[(crc ^ byte) & 255] ^ crc >> 8
    return crc


def _times_x(crc: int) -> int:
    return crc >> 1 ^ (_POLYNOMIAL if crc & 1 else 0)


def _product(one: int, other: int) -> int:
    """Of two remainders, modulo the polynomial."""
    result = 0
    for bit in range(31, -1, -1):
        if one >> bit & 1:
            result ^= other
        other = _times_x(other)
    return result


def _table() -> tuple[int, ...]:
    table = list(range(256))
    for _ in range(8):
        table = [_times_x(crc) for crc in table]
    return tuple(table)


def _terms() -> tuple[tuple[int, ...], ...]:
    """Exponent to the powers of x that x^`_length(exponent)` is the sum of, modulo the polynomial.

    They reach messages of 2 GiB, the most that protobuf knows.
    """
    squares = [_X]
    while len(squares) <= 34:
        squares.append(_product(squares[-1], squares[-1]))
    remainders = (_product(square, squares[5]) for square in squares)
    return tuple(tuple(p for p in range(32) if r >> 31 - p & 1) for r in remainders)


_SHORTEST = 9
_TABLE = _table()
_TERMS = _terms()
