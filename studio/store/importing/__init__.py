"""Picture files, folders and zips to one prepared array. The way in: `survey`, `read_picture`, `prepare`."""

from .decoding import read_picture
from .fitting import fit_picture
from .preparing import PreparedSet, load_prepared, prepare
from .surveying import Accepted, Survey, survey

__all__ = [
    "Accepted",
    "PreparedSet",
    "Survey",
    "fit_picture",
    "load_prepared",
    "prepare",
    "read_picture",
    "survey",
]
