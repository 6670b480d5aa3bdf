"""A window to drag one file out of. Ends when the drag has ended."""

import pathlib
import sys

import gi

gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, Gtk  # noqa: E402

uri = pathlib.Path(sys.argv[1]).resolve().as_uri()
window = Gtk.Window(title="drag source")
window.set_default_size(120, 120)
target = [Gtk.TargetEntry.new("text/uri-list", 0, 0)]
window.drag_source_set(Gdk.ModifierType.BUTTON1_MASK, target, Gdk.DragAction.COPY)
window.connect("drag-data-get", lambda _widget, _context, data, _info, _time: data.set_uris([uri]))
window.connect("drag-end", lambda *_: Gtk.main_quit())
window.move(int(sys.argv[2]) if len(sys.argv) > 2 else 1400, 20)
window.show_all()
Gtk.main()
