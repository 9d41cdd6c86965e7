"""The gallery on the disk: pictures as PNG files that stand alone, and an index that is made from them.

The files are the truth. What belongs to one picture (stars, tags, note, parents) is a text chunk of its
own PNG, so that it cannot be parted from it: a copied, moved or restored file brings all of it along. What
belongs to many (collections) is one file, `collections.json`: sorting ten thousand pictures is one write.
The database only makes all this fast to find. It can be removed at any time, and costs a look at every file.
"""

from .gallery import Added, Discarded, Gallery, Imported, open_gallery
from .index import SHADES, Collection, Details, Entry, State
from .query import Search, Sort
from .syncing import Synced, sync

__all__ = [
    "SHADES",
    "Added",
    "Collection",
    "Details",
    "Discarded",
    "Entry",
    "Gallery",
    "Imported",
    "Search",
    "Sort",
    "State",
    "Synced",
    "open_gallery",
    "sync",
]
