"""The foundation every domain app stands on: kernel < journal < places < accounts < live."""
