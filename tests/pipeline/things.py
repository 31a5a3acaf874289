"""The configuration of a small table of things, for commands that ask a pushed model."""

_WHAT = """\
name = "things"
task = "binary"
[data]
input = "things.csv"
schema = "{schema}"
{in_data}
[data.columns]
owner = {{ privacy = "identifier" }}
[label]
column = "y"
[[evaluation.gates]]
metric = "auc"
min = 0.6
{more}
"""
_WHERE = """\
[roots]
data = "."
artifacts = "{folder}/artifacts"
serving = "{folder}/serving"
logs = "{folder}/logs"
[metadata]
path = "{folder}/metadata.sqlite"
[run]
parallel_nodes = 1
{more}
"""


def configured(folder, schema, in_data="", what="", where=""):
    """Writes both files into the folder, with more lines; returns the options that name them."""
    text = _WHAT.format(schema=schema, in_data=in_data, more=what)
    (folder / "what.toml").write_text(text)
    (folder / "where.toml").write_text(_WHERE.format(folder=folder, more=where))
    return ["--config", f"{folder}/what.toml", "--where", f"{folder}/where.toml"]
