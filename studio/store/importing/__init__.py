"""Picture files, folders and zips to one prepared array. The way in: `survey`, `read_picture`, `prepare`."""

from .decoding import read_picture
from .fitting import fit_picture
from .preparing import FewPrepared, PreparedSet, load_prepared, prepare, prepare_few
from .surveying import Accepted, Glance, Survey, survey

__all__ = [
    "Accepted",
    "FewPrepared",
    "Glance",
    "PreparedSet",
    "Survey",
    "fit_picture",
    "load_prepared",
    "prepare",
    "prepare_few",
    "read_picture",
    "survey",
]
