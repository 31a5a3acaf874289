"""What kind of file a name stands for."""

from components.errors import InputError
from components.rows.files import Format

_CSV = (".csv", ".csv.gz", ".csv.zst", ".tsv", ".tsv.gz", ".tsv.zst")
_PARQUET = (".parquet", ".pq")
_ALLOWED = ".csv, .csv.gz, .csv.zst, the same with .tsv, .parquet, .pq, or tfrecord in the name"


def format_of(path: str, given: str = "auto") -> Format:
    """Returns the format of a file.

    Args:
        path: Only its name is looked at.
        given: The configuration's `data.format`; anything but `auto` is the answer.

    Raises:
        InputError: the name says nothing.
    """
    match given:
        case "csv" | "parquet" | "tfrecord":
            return given
    name = path.rpartition("/")[2].lower()
    if name.endswith(_CSV):
        return "csv"
    if name.endswith(_PARQUET):
        return "parquet"
    if "tfrecord" in name:
        return "tfrecord"
    msg = (
        f"{path}: a file of which kind? expected {_ALLOWED}; "
        "move it away, name the files with a glob such as '*.csv', or set data.format"
    )
    raise InputError(msg)
