"""Asks a window to close, as a window manager does when its cross is clicked."""

import ctypes
import sys

CLIENT_MESSAGE = 33

x11 = ctypes.CDLL("libX11.so.6")
x11.XOpenDisplay.restype = ctypes.c_void_p
x11.XInternAtom.restype = ctypes.c_ulong


class ClientMessage(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_int),
        ("serial", ctypes.c_ulong),
        ("send_event", ctypes.c_int),
        ("display", ctypes.c_void_p),
        ("window", ctypes.c_ulong),
        ("message_type", ctypes.c_ulong),
        ("format", ctypes.c_int),
        ("data", ctypes.c_long * 5),
        # An XEvent is a union of this size.
        ("padding", ctypes.c_long * 24),
    ]


display = ctypes.c_void_p(x11.XOpenDisplay(None))
window = ctypes.c_ulong(int(sys.argv[1]))


def atom(name):
    return x11.XInternAtom(display, name, 0)


message = ClientMessage(
    type=CLIENT_MESSAGE,
    window=window.value,
    message_type=atom(b"WM_PROTOCOLS"),
    format=32,
    data=(ctypes.c_long * 5)(atom(b"WM_DELETE_WINDOW"), 0, 0, 0, 0),
)
if not x11.XSendEvent(display, window, 0, 0, ctypes.byref(message)):
    sys.exit("the window could not be asked")
x11.XCloseDisplay(display)
