"""ZipCrypto, the encryption that Windows Explorer and Info-ZIP know. Weak by today's standards. Stage 4b.

Source: PKWARE APPNOTE 6.3.10, section 6.1. Each byte changes 96 bits of state before the next can be encrypted, which Python
does at 2 MB/s. The loop is therefore a Lua function that LuaJIT compiles to machine code, about as fast as C. It depends on
its arguments and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

_State = tuple[int, int, int]
_Loop = Callable[[bytes, int, int, int], tuple[bytes, int, int, int]]
_START: _State = (0x12345678, 0x23456789, 0x34567890)
HEAD_BYTES = 12

# The multiplication by 134775813 (0x08088405) is done in halves: Lua's numbers hold 53 bits.
_LUA = rb"""
local ffi = require("ffi")
local bit = require("bit")
local band, bxor, bor, rshift, lshift, tobit = bit.band, bit.bxor, bit.bor, bit.rshift, bit.lshift, bit.tobit

local crc = ffi.new("int32_t[256]")
for index = 0, 255 do
  local value = index
  for _ = 1, 8 do
    value = bxor(rshift(value, 1), band(value, 1) == 1 and 0xEDB88320 or 0)
  end
  crc[index] = value
end

local room, out = 0, nil

return function(data, key0, key1, key2)
  local length = #data
  if length > room then
    room, out = length, ffi.new("uint8_t[?]", length)
  end
  local plain = ffi.cast("const uint8_t*", data)
  for index = 0, length - 1 do
    local byte = plain[index]
    local even = bor(band(key2, 0xfffe), 2)
    out[index] = bxor(byte, rshift(even * (even + 1), 8))
    key0 = bxor(crc[band(bxor(key0, byte), 255)], rshift(key0, 8))
    local sum = tobit(key1 + band(key0, 255))
    local low, high = band(sum, 0xffff), rshift(sum, 16)
    key1 = tobit(low * 0x8405 + lshift(low * 0x0808 + high * 0x8405, 16) + 1)
    key2 = bxor(crc[band(bxor(key2, rshift(key1, 24)), 255)], rshift(key2, 8))
  end
  return ffi.string(out, length), key0, key1, key2
end
"""


class ZipCryptoCipher:
    """Encrypts one file.

    ``noise`` is ``HEAD_BYTES - 1`` random bytes. ``check`` is the byte by which most wrong passwords are noticed: the highest of the
    content's CRC-32, or of the time in the header where the CRC is not known in front.
    """

    overhead = HEAD_BYTES
    """Bytes that encryption adds to a file."""

    def __init__(self, password: bytes, noise: bytes, check: int) -> None:
        self._loop = _compiled()
        _, *state = self._loop(password, *_START)
        self._state = cast("_State", tuple(state))
        self.head = self.encrypt(noise + bytes((check,)))
        """What stands before the content."""

    def encrypt(self, data: bytes) -> bytes:
        """The next bytes of the file, encrypted."""
        if not data:
            return b""
        encrypted, *state = self._loop(data, *self._state)
        self._state = cast("_State", tuple(state))
        return encrypted

    def tail(self) -> bytes:
        """Nothing stands after the content."""
        return b""


def _compiled() -> _Loop:
    """The loop in a Lua state of its own: a state is not for two threads, and costs a third of a millisecond."""
    from lupa.luajit21 import LuaRuntime  # here: costs 10 ms, and few messages are encrypted

    lua = LuaRuntime(encoding=None, register_eval=False, register_builtins=False, unpack_returned_tuples=True)
    return cast("_Loop", lua.execute(_LUA))
