"""Run as a program in a network namespace of its own: bring its loopback up, then become the command."""

import fcntl
import os
import socket
import struct
import sys

_GET_FLAGS, _SET_FLAGS, _UP = 0x8913, 0x8914, 0x1  # SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP: netdevice(7)

if __name__ == "__main__":
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        named = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack("16sh14x", fcntl.ioctl(control, _GET_FLAGS, named))[1]
        fcntl.ioctl(control, _SET_FLAGS, struct.pack("16sh14x", b"lo", flags | _UP))
    interfaces = [name for _, name in socket.if_nameindex()]
    # A kernel may add tunnels to every namespace; they are down.
    assert "lo" in interfaces, interfaces
    os.execvp(sys.argv[1], sys.argv[1:])
